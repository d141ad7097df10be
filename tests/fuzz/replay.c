// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a fuzz target once over each file named on the command line: what was found stays found,
// with every compiler.
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int count, char **names) {
    static uint8_t bytes[1 << 21];
    if (count < 2) {
        fprintf(stderr, "usage: %s FILE...\n", names[0]);
        return 2;
    }
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(names[i], "rb");
        if (!file) {
            perror(names[i]);
            return 1;
        }
        size_t size = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        LLVMFuzzerTestOneInput(bytes, size);
    }
    printf("%d files\n", count - 1);
    return 0;
}
