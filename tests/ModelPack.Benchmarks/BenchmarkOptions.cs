using System.Globalization;

namespace ModelPack.Benchmarks;

/// <summary>What to measure, and on what.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage =
        """
        dotnet run -c Release --project tests/ModelPack.Benchmarks -- [options]

          --size SIZE     size of the model, e.g. 300MB, 1GB (default), 6GB
          --small-tensors measure a model of 100,000 small tensors instead
          --dir PATH      where the files go (default: the temporary folder); three times the size is needed
          --rounds N      rounds (default 9)
          --tool PATH     measure this dotnet-modelpack too, as a package installs it
          --other PATH    measure this one besides, in the same rounds
          --scan          measure the finite scan and the decoders instead
          --door          measure reading through the library's door instead
          --corners NAMES measure the tool (--tool) where it is slowest: hash, statistics, validate, roundtrip, gpt2, gemma,
                          convert, packages; all of them if NAMES is empty
        """;

    public long Size { get; init; } = 1 << 30;

    public string Directory { get; init; } = Path.GetTempPath();

    public int Rounds { get; init; } = 9;

    public string? Tool { get; init; }

    public string? Other { get; init; }

    public bool SmallTensors { get; init; }

    public bool Scan { get; init; }

    public string? Corners { get; init; }

    public bool Door { get; init; }

    public static BenchmarkOptions? Parse(string[] arguments)
    {
        BenchmarkOptions options = new();
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            BenchmarkOptions? next = (arguments[i], value) switch
            {
                ("--small-tensors", _) => options with { SmallTensors = true },
                ("--scan", _) => options with { Scan = true },
                ("--door", _) => options with { Door = true },
                ("--size", not null) when ParseSize(value) is { } size => options with { Size = size },
                ("--dir", not null) => options with { Directory = value },
                ("--corners", not null) => options with { Corners = value },
                ("--tool", not null) => options with { Tool = value },
                ("--other", not null) => options with { Other = value },
                ("--rounds", not null) when int.TryParse(value, out int rounds) && rounds > 0 => options with { Rounds = rounds },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            options = next;
            i += arguments[i] is "--small-tensors" or "--scan" or "--door" ? 0 : 1;
        }

        return options;
    }

    private static long? ParseSize(string text)
    {
        int shift = text.EndsWith("GB", StringComparison.OrdinalIgnoreCase)
            ? 30
            : text.EndsWith("MB", StringComparison.OrdinalIgnoreCase) ? 20 : -1;
        return shift > 0 && double.TryParse(text[..^2], CultureInfo.InvariantCulture, out double number) && number > 0
            ? (long)(number * (1L << shift))
            : null;
    }
}
