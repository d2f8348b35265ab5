"""The editor of questions: the list by section, one question, and what is done with a button."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin import messages

from nsr_events.core.texts import default_language, text_in
from nsr_events.registration import answers, asking, saving, sensitive
from nsr_events.registration.models import Question
from nsr_events.registration.questions import as_form, problems_of

from .conditions import dependants, sources_of
from .option_rows import OptionFormSet
from .question_form import QuestionForm
from .question_words import before_saving, condition_words, named
from .screens import SavingScreen, SetupScreen, fresh_setup, pressed

Kind = Question.Kind


@dataclass(frozen=True)
class Row:
    """A question in the list: how many answered (None: not told), when it is shown, whether it may move."""

    question: Question
    answered: int | None
    shown_when: str
    first: bool
    last: bool


@dataclass(frozen=True)
class Part:
    """A section of the list."""

    title: str
    rows: list[Row]
    first: bool
    last: bool


class QuestionsView(SetupScreen):
    """All questions by section, with the retired ones below."""

    template_name = "nsr_events/registration/admin/questions.html"
    page_title = gettext_lazy("Questions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        questions = list(self.event.questions.all())
        live = [each for each in questions if not each.retired]
        counts = answers.answered(self.event, questions)
        groups = asking.sections_of(live)
        return super().get_context_data(
            parts=self.parts(live, counts),
            focus=pressed(self.request, groups, [group[:1] for group in groups]),
            retired=[self.row(each, counts) for each in questions if each.retired],
            kinds=Kind.choices,
            problems=[
                (key, each) for key, _code in problems_of(as_form(live)) for each in live if each.key == key
            ],
            no_key=any(each.sensitive for each in live) and not sensitive.available(),
            **kwargs,
        )

    def parts(self, live: list[Question], counts: Any) -> list[Part]:
        """The sections in the order of the form."""
        groups = asking.sections_of(live)
        return [
            Part(
                text_in(group[0].section, get_language() or default_language()).value,
                [self.row(each, counts, group) for each in group],
                first=group is groups[0],
                last=group is groups[-1],
            )
            for group in groups
        ]

    def row(self, question: Question, counts: Any, group: list[Question] | None = None) -> Row:
        return Row(
            question,
            None if question.sensitive or question.kind == Kind.INFORMATION else counts[question.key],
            condition_words(question, self.everything),
            first=group is None or question is group[0],
            last=group is None or question is group[-1],
        )

    @cached_property
    def everything(self) -> dict[str, Any]:
        """What conditions name, by key."""
        return named(self.event)


class QuestionScreen(SavingScreen):
    """One question of this event, found by its uid."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.question_row = self.find(kwargs.get("uid"))

    def find(self, uid: uuid.UUID | None) -> Question:
        """The row as it is now. Raises ``Http404`` for another event's."""
        found = self.event.questions.filter(uid=uid).first()
        if found is None:
            raise Http404("No question of this event.")
        return found

    @property
    def page_title(self) -> str:
        return text_in(self.question_row.label, get_language() or default_language()).value

    def back(self, mark: str = "") -> HttpResponse:
        """To the list, at the question."""
        # A browser that follows a fragment looks for no autofocus.
        place = f"?moved={mark}" if mark else f"#question-{self.question_row.uid}"
        return HttpResponseRedirect(f"{self.address('questions')}{place}")


class EditQuestionView(QuestionScreen):
    """Change a question. Its kind may change until somebody has answered."""

    template_name = "nsr_events/registration/admin/question.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.page_context(self.form(self.kind)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "change_kind" in request.POST:
            return self.render_to_response(self.page_context(self.unjudged(), has_unsaved_changes=True))
        form = self.form(self.kind, request.POST)
        if not self.is_valid(form):
            return self.refuse(form)
        saved = self.attempt(form, lambda: self.save(form))
        if isinstance(saved, HttpResponse):
            return saved
        self.question_row = saved.row
        messages.success(request, _("“%(question)s” is saved.") % {"question": self.page_title})
        return self.back()

    @property
    def kind(self) -> str:
        """The kind that the form is of: what was chosen, else what it is."""
        wished = self.request.POST.get("kind") or self.request.GET.get("kind") or self.question_row.kind
        return wished if wished in Kind.values else Kind.TEXT

    def form(self, kind: str, data: Any = None) -> QuestionForm:
        """The form with its options, on an instance of its own."""
        row = self.instance()
        sources = [] if self.others else sources_of(self.event, fresh_setup(self.event), but=row)
        form = QuestionForm(data, instance=row, kind=kind, sources=sources)
        form.options = self.options(row, data) if kind in Question.CHOICE_KINDS else None
        return form

    def options(self, row: Question, data: Any) -> Any:
        """The rows of options, each with how many have it."""
        counts = answers.chosen(self.event, row) if row.pk and not row.sensitive else None
        return OptionFormSet(data, question=row, chosen=counts, sensitive=row.sensitive)

    def is_valid(self, form: QuestionForm) -> bool:
        """Check the question, then its options: what is sensitive has no places."""
        good = form.is_valid()
        if form.options is None:
            return good
        form.options.sensitive = bool(form.cleaned_data.get("sensitive"))
        return form.options.is_valid() and good

    def instance(self) -> Question:
        return Question.objects.get(pk=self.question_row.pk)

    @cached_property
    def others(self) -> list[Question]:
        """Questions that depend on this one, so that it has no condition itself."""
        return dependants(self.event, self.question_row) if self.question_row.pk else []

    def unjudged(self) -> QuestionForm:
        """What was typed in the fields of another kind, without telling what is missing yet."""
        data, form = self.request.POST, self.form(self.kind)
        for name, field in form.fields.items():
            if not field.widget.value_omitted_from_data(data, {}, name):
                value = field.widget.value_from_datadict(data, {}, name)
                form.initial[name] = field.compress(value) if hasattr(field, "compress") else value
        if form.options is not None and "options-TOTAL_FORMS" in data:
            form.options = self.options(form.instance, data)
        return form

    def save(self, form: QuestionForm) -> saving.Saved:
        """Save through the verb."""
        options = form.options.values() if form.options is not None else []
        return asking.save_question(
            self.event,
            self.question_row,
            form.values(options),
            stamp=self.request.POST.get("stamp", ""),
            confirmed=self.request.POST.get("confirmed", ""),
            now=timezone.now(),
            by=self.request.user,
        )

    def question(self, effects: asking.Effects) -> dict[str, Any]:
        return {"answer": effects.answer, "sentences": before_saving(effects)}

    def show(self, refusal: ValidationError, form: Any) -> None:
        """Errors of options stand above their rows."""
        by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {}
        if "options" in by_field:
            form.options.non_form_errors().extend(by_field["options"])
            return
        super().show(refusal, form)

    def page_context(self, form: QuestionForm, **kwargs: Any) -> dict[str, Any]:
        row = self.question_row
        stored = self.instance() if row.pk else None
        return super().page_context(
            form,
            question_row=row,
            kind=form.kind,
            kind_label=Kind(form.kind).label,
            kinds=Kind.choices,
            fixed_kind=bool(row.pk) and answers.is_answered(row),
            options=form.options,
            others=[text_in(each.label, get_language() or default_language()).value for each in self.others],
            stamp=saving.stamp_of(stored) if stored else "",
            **kwargs,
        )


class AddQuestionView(EditQuestionView):
    """Make a question; the form carries its uid, so that a second click makes no second one."""

    page_title = gettext_lazy("New question")

    def find(self, uid: uuid.UUID | None) -> Question:
        try:
            wished = uuid.UUID(self.request.POST.get("uid", ""))
        except ValueError:
            return Question(event=self.event)
        foreign = Question.objects.filter(uid=wished).exclude(event=self.event).exists()
        return Question(event=self.event) if foreign else Question(event=self.event, uid=wished)

    def instance(self) -> Question:
        return Question(event=self.event, uid=self.question_row.uid)


class DeleteQuestionView(QuestionScreen):
    """Ask, then delete; an answered question can be retired here instead."""

    template_name = "nsr_events/registration/admin/question_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.question_row
        return super().get_context_data(question_row=row, answered=answers.is_answered(row), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        words = _("“%(question)s” is deleted.") % {"question": self.page_title}
        return self.do(lambda: asking.delete(self.event, self.question_row, by=request.user), words)

    def do(self, verb: Callable[[], None], words: str) -> HttpResponse:
        """Carry out, or say why not."""
        try:
            verb()
        except ValidationError as refusal:
            messages.error(self.request, " ".join(refusal.messages))
        else:
            messages.success(self.request, words)
        return self.back()


class QuestionVerbView(DeleteQuestionView):
    """Retire, restore, move: by one button, POST only."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb, row = kwargs["verb"], self.question_row
        if verb in {"up", "down"}:
            asking.move(self.event, row, up=verb == "up", by=request.user)
            return self.back(f"{row.uid}.{verb}")
        if verb in {"section-up", "section-down"}:
            asking.move_section(self.event, row, up=verb == "section-up", by=request.user)
            return self.back(f"{row.uid}.{verb}")
        if verb == "retire":
            words = _("“%(question)s” is no longer asked. The answers are kept.")
            return self.do(
                lambda: asking.retire(self.event, row, by=request.user), words % {"question": self.page_title}
            )
        words = _("“%(question)s” is asked again.")
        return self.do(
            lambda: asking.restore(self.event, row, by=request.user), words % {"question": self.page_title}
        )
