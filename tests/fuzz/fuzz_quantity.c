// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a quantity of any dimension: no crash, and what is accepted prints to something that
// is accepted again.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/quantity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok) {
        abort();
    }
}

// The first byte chooses the dimension (modulo its number), the rest is the text.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { TEXT_MAX = 400 };
    if (size == 0 || size > TEXT_MAX) {
        return 0;
    }
    char text[TEXT_MAX + 1] = "";
    memcpy(text, data + 1, size - 1);
    lw_dimension dimension = (lw_dimension)(data[0] % LW_DIMENSION_COUNT);
    lw_quantity quantity, back;
    const char *problem = NULL, *hint = NULL;
    if (!lw_quantity_parse(text, dimension, &quantity, &problem, &hint)) {
        check(problem && *problem && hint && *hint);
        return 0;
    }
    check(isfinite(quantity.value));
    check(!quantity.is_exact || lw_fraction_value(quantity.exact) == quantity.value);
    char buffer[LW_QUANTITY_TEXT];
    check(strtod(lw_number_print(quantity.value, buffer), NULL) == quantity.value);
    // Four digits in a large unit may pass the largest double, and in a small one the smallest.
    if (fabs(quantity.value) < 1e290 && (fabs(quantity.value) > 1e-290 || quantity.value == 0)) {
        check(lw_quantity_parse(lw_quantity_print(quantity.value, dimension, buffer), dimension, &back, &problem, &hint));
        check(fabs(back.value - quantity.value) <= 0.006 * fabs(quantity.value));
    }
    return 0;
}
