using ModelPack.IO.Output;
using ModelPack.Models;

namespace ModelPack.Qa.Engines;

/// <summary>A model as the engine takes it: a GGUF file. That of another format is converted, and the conversion proved.</summary>
internal sealed class EngineModel : IDisposable
{
    private readonly ScratchFolder? folder;

    private EngineModel(string path, ScratchFolder? folder) => (Path, this.folder) = (path, folder);

    public string Path { get; }

    public static EngineModel Of(string path, CancellationToken cancellation)
    {
        using (Model model = Model.Open(path))
        {
            if (model.Format == ModelFormat.Gguf)
            {
                return new(ModelFiles.FilesOf(path)[0], null);
            }
        }

        ScratchFolder folder = ScratchFolder.Create(System.IO.Path.GetTempPath());
        try
        {
            string gguf = System.IO.Path.Combine(folder.Path, "model.gguf");
            ModelConverter.Convert(path, gguf, ModelFormat.Gguf, new(), cancellation: cancellation);
            return new(gguf, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose() => folder?.Dispose();
}
