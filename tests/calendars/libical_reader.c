/* Reads a calendar with libical and prints {"errors": [...], "events": [[uid, start, end, summary], ...]}. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static void print_text(const char *text)
{
    putchar('"');
    for (; text && *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 32)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_time(struct icaltimetype t)
{
    if (t.is_date) {
        printf("\"%04d-%02d-%02d\"", t.year, t.month, t.day);
    } else if (t.zone == NULL) {
        printf("\"%04d-%02d-%02dT%02d:%02d:%02d floating\"", t.year, t.month, t.day, t.hour, t.minute, t.second);
    } else {
        t = icaltime_convert_to_zone(t, icaltimezone_get_utc_timezone());
        printf("\"%04d-%02d-%02dT%02d:%02d:%02dZ\"", t.year, t.month, t.day, t.hour, t.minute, t.second);
    }
}

static int print_errors(icalcomponent *component, int printed)
{
    icalproperty *p = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
    for (; p; p = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        if (printed++)
            putchar(',');
        print_text(icalproperty_get_xlicerror(p));
    }
    icalcomponent *child = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT);
    for (; child; child = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        printed = print_errors(child, printed);
    return printed;
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!file)
        return 2;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size)
        return 2;
    icalcomponent *calendar = icalparser_parse_string(text);
    if (!calendar)
        return 3;
    icalrestriction_check(calendar); /* writes what it finds into the components */
    printf("{\"errors\":[");
    print_errors(calendar, 0);
    printf("],\"events\":[");
    int count = 0;
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    for (; event; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        printf("%s[", count++ ? "," : "");
        print_text(icalcomponent_get_uid(event));
        putchar(',');
        print_time(icalcomponent_get_dtstart(event));
        putchar(',');
        print_time(icalcomponent_get_dtend(event));
        putchar(',');
        print_text(icalcomponent_get_summary(event));
        putchar(']');
    }
    printf("]}\n");
    return 0;
}
