"""Addresses of the constant view, for the benchmarks."""

from django.urls import path

from .views import constant

urlpatterns = [path("", constant)]
