// As harness.py: cases ready in memory, a warm-up of 100,000 cases, one timed pass, answers written after it.
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

final class Harness {
    static final int WARM = 100_000;
    static final int LAPS = 2_000;

    static <C, A> void run(String[] task, Class<C> kind, Function<C, A> decide, Function<A, List<Object>> read) throws Exception {
        ObjectMapper json = new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
        int count = Integer.parseInt(task[2]);
        List<C> cases = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(Path.of(task[1], task[0] + ".jsonl"))) {
            while (cases.size() < count) cases.add(json.treeToValue(json.readTree(lines.readLine()).get("facts"), kind));
        }
        for (int number = 0; number < WARM; number++) decide.apply(cases.get(number % count));
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<A> found = new ArrayList<>(count);
        long began = system.getProcessCpuTime();
        for (C each : cases) found.add(decide.apply(each));
        double cpu = (system.getProcessCpuTime() - began) / 1e9;
        long[] laps = new long[Math.min(LAPS, count)];
        for (int lap = 0; lap < laps.length; lap++) {
            long start = System.nanoTime();
            decide.apply(cases.get(lap));
            laps[lap] = System.nanoTime() - start;
        }
        Arrays.sort(laps);
        try (BufferedWriter answers = Files.newBufferedWriter(Path.of(task[3] + ".jsonl"))) {
            for (A each : found) answers.append(json.writeValueAsString(read.apply(each))).append('\n');
        }
        System.out.printf(Locale.ROOT, "{\"count\": %d, \"cpu\": %.4f, \"p50\": %.2f, \"p99\": %.2f}%n",
            count, cpu, laps[laps.length / 2] / 1e3, laps[laps.length * 99 / 100] / 1e3);
    }
}
