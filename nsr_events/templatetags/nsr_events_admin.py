"""Tags for the workspace's templates."""

from django import template

from nsr_events.core.workspace import dates_of, frame_of

register = template.Library()

register.simple_tag(dates_of, name="event_dates")


@register.simple_tag(takes_context=True)
def workspace_frame(context):
    """Return the ``Frame`` around the context's ``event``, with its ``tab`` marked; made once per request."""
    request = context["request"]
    key = (context["event"].pk, context.get("tab", ""), str(context.get("page_title") or ""))
    frames = request.__dict__.setdefault("_nsr_events_frames", {})
    if key not in frames:
        frames[key] = frame_of(context["event"], request, tab=key[1], below=key[2])
    return frames[key]
