/**
 * Experience replay (Chaudhry et al., <a href="https://arxiv.org/abs/1902.10486">arXiv
 * 1902.10486</a>): a memory of fixed size holds examples of the stream, and every batch is joined
 * by some of them, {@code L = L_real + m L_memory} up to a common factor. What the memory holds is
 * a uniform sample of all examples so far (reservoir sampling, Vitter 1985), or one in which the
 * classes are as equal as the stream allows (Chrysakis and Moens, ICML 2020).
 */
@NullMarked
package io.perennial.rehearsal;

import org.jspecify.annotations.NullMarked;
