// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/plan/date.h"

enum { MONTHS = 12 };

static bool is_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_of(int64_t year, int64_t month) {
    static const int64_t days[MONTHS] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

// So many digits, and what follows them: '-', or the end.
static bool take_digits(const char **text, int digits, int64_t *out) {
    *out = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9') {
            return false;
        }
        *out = 10 * *out + (**text - '0');
    }
    return **text == '-' || **text == '\0';
}

bool lw_date_day(const char *date, int64_t *out) {
    int64_t year, month = MONTHS, day = 0;
    if (!take_digits(&date, 4, &year) || year < 1970) {
        return false;
    }
    if (*date == '-' && (date++, !take_digits(&date, 2, &month) || month < 1 || month > MONTHS)) {
        return false;
    }
    if (*date == '-' && (date++, !take_digits(&date, 2, &day) || day < 1 || day > days_of(year, month) || *date != '\0')) {
        return false;
    }
    *out = (day > 0 ? day : days_of(year, month)) - 1;
    for (int64_t y = 1970; y < year; y++) {
        *out += is_leap(y) ? 366 : 365;
    }
    for (int64_t m = 1; m < month; m++) {
        *out += days_of(year, m);
    }
    return true;
}
