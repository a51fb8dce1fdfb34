using ModelPack.Formats;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>A temporary folder with models in it: made when it is first used, since a class of tests whose rows are only listed is never
/// cleaned up.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly Lazy<string> path = new(() => Directory.CreateTempSubdirectory("modelpack-proof-").FullName);

    public string Path => path.Value;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string name, EditableModel model) => Write($"{name}.{model.Format.Extension()}", model.Build());

    public void Dispose()
    {
        if (path.IsValueCreated)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
