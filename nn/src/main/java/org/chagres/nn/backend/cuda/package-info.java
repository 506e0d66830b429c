/**
 * The backend of NVIDIA's GPUs: each call is handed to the device's thread, which queues kernels or calls of cuBLAS and cuDNN. It
 * mirrors {@link org.chagres.nn.backend.cpu}, file for file.
 *
 * <p>Here: one class per interface of {@link org.chagres.nn.backend}, thin, and what turns recorded calls into graphs. Not here:
 * kernels, plans, streams, which are the module {@code org.chagres.gpu}'s, and shapes of tensors. Only the class that registers
 * backends knows this package, and nothing of it is looked at before a GPU is asked for. Read {@link
 * org.chagres.nn.backend.cuda.CudaQueue} first.
 */
package org.chagres.nn.backend.cuda;
