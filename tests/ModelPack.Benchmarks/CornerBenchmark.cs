using System.Globalization;

namespace ModelPack.Benchmarks;

/// <summary>The tool where it is slowest, against what the machine needs for the same bytes: time, processor time and
/// memory.</summary>
internal sealed class CornerBenchmark(string tool, BenchmarkOptions options)
{
    private const string Copy = "cp";
    private readonly string folder = Path.Combine(options.Directory, "modelpack-corners");

    public void Run()
    {
        Directory.CreateDirectory(folder);
        try
        {
            Console.WriteLine("| corner | | best | processor | memory | ÷ | processor ÷ |");
            Console.WriteLine("|---|---|--:|--:|--:|--:|--:|");
            foreach ((string name, Action corner) in new (string, Action)[]
            {
                ("hash", Hash), ("statistics", Statistics), ("validate", Validate), ("roundtrip", RoundTrip), ("gpt2", Transposed),
                ("gemma", Gemma), ("convert", Convert), ("packages", Packages),
            })
            {
                if (options.Corners!.Length == 0 || options.Corners.Split(',').Contains(name))
                {
                    corner();
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Hash()
    {
        foreach (TensorType type in (TensorType[])[
            TensorType.F32, TensorType.BF16, TensorType.F16, TensorType.Q8_0, TensorType.Q4_K, TensorType.Q6_K])
        {
            string model = Fresh("hash.gguf", path => CornerModels.WriteOfType(path, type, options.Size));
            Race($"hash {type}", ("xxhsum -H2", "xxhsum", ["-H2", model]), ("hash", tool, ["hash", model, "--json"]));
        }
    }

    private void Statistics()
    {
        string plain = Fresh("f32.gguf", path => CornerModels.WriteOfType(path, TensorType.F32, options.Size));
        foreach (TensorType type in new[] { TensorType.I8, TensorType.I16, TensorType.I32, TensorType.I64 })
        {
            string model = Fresh("whole.gguf", path => CornerModels.WriteOfType(path, type, options.Size));
            Race(
                $"statistics {type}", ("F32", tool, ["inspect", plain, "--stats", "--json"]),
                ($"{type}", tool, ["inspect", model, "--stats", "--json"]));
        }
    }

    private void Validate()
    {
        string gemma = Fresh("gemma.gguf", CornerModels.WriteGemma);
        string merges = Fresh("merges.gguf", CornerModels.WriteMerges);
        foreach ((string name, string model) in new[] { ("gemma", gemma), ("500,000 merges", merges) })
        {
            string made = Converted(model, "made/", "safetensors", "--quantized", "blocks");
            Race(
                $"validate {name}", ("convert folder", tool, ["convert", made, Target("back.gguf"), "--to", "gguf", "--force"]),
                ("validate folder", tool, ["validate", made, "--json"]), ("validate gguf", tool, ["validate", model, "--json"]));
        }
    }

    private void RoundTrip()
    {
        string model = Fresh("sample.gguf", path => SampleModel.Write(path, options.Size));
        Race(
            "chain", (Copy, "cp", [model, Target("copy")]),
            ("gguf → apr → gguf", tool, ["roundtrip", model, "--via", "apr", "--quantized", "blocks"]),
            ("gguf → apr → safetensors → gguf", tool, ["roundtrip", model, "--via", "apr,safetensors", "--quantized", "blocks"]));
    }

    private void Transposed()
    {
        string model = Fresh("gpt2.gguf", path => CornerModels.WriteGpt(path, options.Size));
        string made = Converted(model, "gpt2/", "safetensors");
        Race(
            "gpt2", (Copy, "cp", [model, Target("copy")]),
            ("gguf → folder", tool, ["convert", model, Target("there/"), "--to", "safetensors", "--force"]),
            ("folder → gguf", tool, ["convert", made, Target("back.gguf"), "--to", "gguf", "--force"]));
    }

    private void Gemma()
    {
        string model = Fresh("gemma.gguf", CornerModels.WriteGemma);
        string target = Target("gemma.apr");
        string outputs = Converted(model, "gemma-made.apr", "apr");
        Race(
            "gemma to apr", (Copy, "cp", [model, Target("copy")]),
            ("cp of the output", "cp", [outputs, Target("copy")]),
            ("convert", tool, ["convert", model, target, "--to", "apr", "--force"]),
            ("convert, blocks", tool, ["convert", model, target, "--to", "apr", "--force", "--quantized", "blocks"]));
    }

    private void Convert()
    {
        string model = Fresh("sample.gguf", path => SampleModel.Write(path, options.Size));
        Race(
            "convert", (Copy, "cp", [model, Target("copy")]),
            ("cp and sync", "sh", ["-c", "cp \"$1\" \"$2\" && sync \"$2\"", "sh", model, Target("copy")]),
            ("gguf → apr, flushed", tool, ["convert", model, Target("m.apr"), "--to", "apr", "--force", "--quantized", "blocks"]),
            ("version", tool, ["--version"]));
    }

    private void Packages()
    {
        const string Meta = "Bench.Model.1.0.0.nupkg";
        string model = Fresh("packed.gguf", path => SampleModel.Write(path, options.Size));
        string feed = Path.Combine(folder, "feed");
        string store = $"ModelPackStore={Path.Combine(folder, "store")}";
        MeasuredChild.Run(tool, Pack(feed));
        MeasuredChild.Run("env", store, tool, "inspect", Path.Combine(feed, Meta));
        Race(
            "packages", (Copy, "cp", [model, Target("copy")]),
            ("cp and sync", "sh", ["-c", "cp \"$1\" \"$2\" && sync \"$2\"", "sh", model, Target("copy")]),
            ("pack, flushed", tool, Pack(Target("feed"))),
            ("join (unpack), flushed", tool, ["unpack", Path.Combine(feed, Meta), Target("unpacked")]),
            ("inspect the file", tool, ["inspect", model]),
            ("inspect the package, joined before", "env", [store, tool, "inspect", Path.Combine(feed, Meta)]));

        string[] Pack(string output) =>
            ["pack", model, "--id", "Bench.Model", "--version", "1.0.0", "--authors", "Bench", "--license", "MIT", "--output", output];
    }

    private string Target(string name) => Path.Combine(folder, "targets", name);

    private string Fresh(string name, Action<string> write)
    {
        string path = Path.Combine(folder, name);
        File.Delete(path);
        write(path);
        return path;
    }

    private string Converted(string model, string name, string format, params string[] arguments)
    {
        string target = Path.Combine(folder, name);
        MeasuredChild.Run(tool, ["convert", model, target, "--to", format, "--force", .. arguments]);
        return target;
    }

    // In turns, so that whatever else the machine does falls on all alike; the best round counts.
    private void Race(string corner, params (string Name, string Program, string[] Arguments)[] lanes)
    {
        MeasuredChild[][] rounds = new MeasuredChild[options.Rounds][];
        for (int round = 0; round < rounds.Length; round++)
        {
            rounds[round] = new MeasuredChild[lanes.Length];
            for (int lane = 0; lane < lanes.Length; lane++)
            {
                Clear();
                rounds[round][lane] = MeasuredChild.Run(lanes[lane].Program, lanes[lane].Arguments);
            }
        }

        (double seconds, double processor) = (rounds.Min(round => round[0].Seconds), rounds.Min(round => round[0].ProcessorSeconds));
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            (double wall, double busy) = (rounds.Min(round => round[lane].Seconds), rounds.Min(round => round[lane].ProcessorSeconds));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {corner} | {lanes[lane].Name} | {wall:0.000} s | {busy:0.000} s | "
                    + $"{rounds.Max(round => round[lane].Memory) / 1e6:0} MB | {wall / seconds:0.00} | {busy / processor:0.00} |"));
        }
    }

    private void Clear()
    {
        string targets = Path.Combine(folder, "targets");
        if (Directory.Exists(targets))
        {
            Directory.Delete(targets, recursive: true);
        }

        Directory.CreateDirectory(targets);
    }
}
