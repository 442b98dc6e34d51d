#ifndef RESULTS_H
#define RESULTS_H
/* Computes some forty results with integer instructions only and prints each as `name hexadecimal`. */
void compute(void (*put)(char));
#endif
