// One pool of servers in CloudSim Plus: Poisson arrivals, exponential work, first come, first served.
//
//     CloudSimPool SERVERS RATE SERVICE_S REQUESTS SEED
//
// A VM with one core per server whose cloudlets take a core each and wait for it. Prints the number
// of requests, the CPU seconds of the simulation's thread and the mean response in seconds.
import ch.qos.logback.classic.Level;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.cloudsimplus.brokers.DatacenterBrokerSimple;
import org.cloudsimplus.cloudlets.Cloudlet;
import org.cloudsimplus.cloudlets.CloudletSimple;
import org.cloudsimplus.core.CloudSimPlus;
import org.cloudsimplus.datacenters.DatacenterSimple;
import org.cloudsimplus.hosts.HostSimple;
import org.cloudsimplus.resources.Pe;
import org.cloudsimplus.resources.PeSimple;
import org.cloudsimplus.schedulers.cloudlet.CloudletSchedulerSpaceShared;
import org.cloudsimplus.util.Log;
import org.cloudsimplus.utilizationmodels.UtilizationModelDynamic;
import org.cloudsimplus.utilizationmodels.UtilizationModelFull;
import org.cloudsimplus.vms.VmSimple;

public final class CloudSimPool {
  private static final double MIPS = 1000;

  public static void main(String[] words) {
    final int servers = Integer.parseInt(words[0]);
    final double rate = Double.parseDouble(words[1]);
    final double service = Double.parseDouble(words[2]);
    final int requests = Integer.parseInt(words[3]);
    final Random random = new Random(Long.parseLong(words[4]));
    Log.setLevel(Level.OFF);
    final long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();

    // What happens between two events closer than this is put off; the default is 0.1 s.
    final CloudSimPlus simulation = new CloudSimPlus(1e-4);
    final List<Pe> cores = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      cores.add(new PeSimple(MIPS));
    }
    new DatacenterSimple(simulation, List.of(new HostSimple(1 << 20, 1 << 20, 1 << 20, cores)));
    final DatacenterBrokerSimple broker = new DatacenterBrokerSimple(simulation);
    final VmSimple vm = new VmSimple(MIPS, servers);
    vm.setRam(1024).setBw(1024).setSize(1024);
    vm.setCloudletScheduler(new CloudletSchedulerSpaceShared());
    broker.submitVm(vm);

    final List<Cloudlet> cloudlets = new ArrayList<>();
    final List<Double> due = new ArrayList<>();
    double now = 1.0;  // After the VM has been made.
    for (int i = 0; i < requests; i++) {
      now += -Math.log(1 - random.nextDouble()) / rate;
      final long work = Math.max(1, Math.round(-Math.log(1 - random.nextDouble()) * service * MIPS * SCALE));
      final CloudletSimple cloudlet = new CloudletSimple(work, 1);
      cloudlet.setUtilizationModelCpu(new UtilizationModelFull());
      cloudlet.setUtilizationModelRam(new UtilizationModelDynamic(0));
      cloudlet.setUtilizationModelBw(new UtilizationModelDynamic(0));
      cloudlet.setSubmissionDelay(now * SCALE);
      cloudlets.add(cloudlet);
      due.add(now);
    }
    broker.submitCloudletList(cloudlets);
    simulation.start();

    double sum = 0;
    int finished = 0;
    for (int i = 0; i < requests; i++) {
      final Cloudlet cloudlet = cloudlets.get(i);
      if (cloudlet.isFinished()) {
        sum += cloudlet.getFinishTime() / SCALE - due.get(i);
        finished++;
      }
    }
    final long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    System.out.printf("%d %.6f %.6f%n", finished, spent * 1e-9, sum / finished);
  }

  // Works are whole numbers of instructions, and events at least 0.1 ms apart: time is stretched.
  private static final double SCALE = 1000;
}
