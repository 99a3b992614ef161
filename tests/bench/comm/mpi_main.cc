// The peer under `mpirun -np 2`: MPI_Allreduce of float32, for the sizes of main.cc.

#include <mpi.h>

#include <cstdio>
#include <vector>

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  for (const int nbytes : {4096, 2'700'000}) {
    const int count = nbytes / 4;
    std::vector<float> array(count, 1), sum(count);
    const int times = nbytes == 4096 ? 20000 : 1000;
    double start = 0;
    for (int i = -times / 10; i < times; ++i) {
      if (i == 0) start = MPI_Wtime();
      MPI_Allreduce(array.data(), sum.data(), count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    }
    if (rank == 0) std::printf("mpi/%d %.2f us\n", nbytes, (MPI_Wtime() - start) / times * 1e6);
  }
  MPI_Finalize();
}
