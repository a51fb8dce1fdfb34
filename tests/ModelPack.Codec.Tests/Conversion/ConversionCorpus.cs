namespace ModelPack.Codec.Tests.Conversion;

/// <summary>The files of the corpus that a converter has to take.</summary>
internal static class ConversionCorpus
{
    public static readonly ConversionOptions Allow = new() { NonFinite = NonFinitePolicy.Allow };

    public static IReadOnlyList<string> Valid { get; } =
    [
        .. RepositoryData.Files("corpus/gguf/valid", "*.gguf"),
        .. RepositoryData.Files("corpus/gguf/models", "*.gguf"),
        .. RepositoryData.Files("corpus/apr/valid", "*.apr"),
        .. RepositoryData.Files("corpus/safetensors/valid", "*.safetensors"),
        .. Directory.GetDirectories(RepositoryData.Path("corpus", "safetensors", "valid")),
    ];

    /// <summary>Odd or dangerous, but legal.</summary>
    public static IReadOnlyList<string> Odd { get; } = [.. HostileCorpus.Files.Where(file => !file.MustRefuse).Select(file => file.Path)];

    /// <summary>Runs a check over many files at once and reports every failure by its file.</summary>
    public static void ForEach(IReadOnlyCollection<string> files, int atLeast, Action<string> check)
    {
        Assert.IsGreaterThanOrEqualTo(atLeast, files.Count);
        List<string> failures = [];
        Parallel.ForEach(files, file =>
        {
            try
            {
                check(file);
            }
            catch (Exception exception)
            {
                lock (failures)
                {
                    failures.Add(
                        $"{Path.GetFileName(file)}: {exception.GetType().Name} "
                            + $"{(exception as ModelPackException)?.Describe() ?? exception.Message}");
                }
            }
        });
        Assert.IsEmpty(failures, string.Join("\n", failures.Order(StringComparer.Ordinal)));
    }
}
