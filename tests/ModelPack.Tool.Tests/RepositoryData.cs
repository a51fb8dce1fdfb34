using System.Reflection;

namespace ModelPack.Tool.Tests;

/// <summary>Paths of the data that the tests read: copies below tests/data, so that a clone needs nothing outside itself.</summary>
internal static class RepositoryData
{
    public static string Repository { get; } = typeof(RepositoryData).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    public static string Path(params string[] parts) => System.IO.Path.Combine([Repository, "tests", "data", .. parts]);

    public static string Corpus(string relative) => Path(["corpus", .. relative.Split('/')]);
}
