using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Packing;
using ModelPack.Packaging.Reading;

namespace ModelPack.Packaging.Tests;

/// <summary>A folder with a model, its packages, and a store.</summary>
internal sealed class PackFolder : IDisposable
{
    public const string Id = "Acme.Tiny";

    public const string Model = "random-qwen2-small-Q4_K_M.gguf";

    public PackFolder()
    {
        Root = Directory.CreateTempSubdirectory("modelpack-packaging-").FullName;
        ModelPath = In(Model);
        File.Copy(RepositoryData.Path("corpus", "gguf", "models", Model), ModelPath);
    }

    public string Root { get; }

    public string ModelPath { get; }

    public string Feed => In("feed");

    public ModelStore Store => new(In("store"));

    public List<string> Said { get; } = [];

    public List<ModelPackException> Warned { get; } = [];

    public string In(params string[] parts) => Path.Combine([Root, .. parts]);

    public string Meta(string version = "1.0.0") => In("feed", $"{Id}.{version}.nupkg");

    public string Part(int number, string version = "1.0.0") => In("feed", $"{Id}.Part{number:0000}.{version}.nupkg");

    public PackOptions Options(string version = "1.0.0", long limit = 100_000) => new()
    {
        Id = Id,
        Version = version,
        Output = Feed,
        Authors = "Acme",
        License = "MIT",
        MaxPackageSize = limit,
        BuildVersion = "0.1.0",
    };

    public PackReport Pack(string version = "1.0.0", long limit = 100_000) => ModelPacker.Pack(ModelPath, Options(version, limit));

    /// <summary>Joins the model of a package in the store.</summary>
    public string Join(string? meta = null, StoreCheck check = StoreCheck.Strict)
    {
        using PackageSet set = new(meta ?? Meta(), In("packages"));
        return Store.Get(set.Manifest, set.Find, check, new(Said.Add, Warned.Add), CancellationToken.None);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
