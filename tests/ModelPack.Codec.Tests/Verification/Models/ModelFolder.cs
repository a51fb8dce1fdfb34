using ModelPack.Formats;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>A temporary folder with models in it.</summary>
internal sealed class ModelFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("modelpack-proof-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string name, EditableModel model) => Write($"{name}.{model.Format.Extension()}", model.Build());

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
