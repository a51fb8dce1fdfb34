using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Tensors;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Conversions of one model, one after the other.</summary>
internal sealed class Trip
{
    private readonly string label;

    private Trip(string label, string path) => (this.label, Path) = (label, path);

    /// <summary>Where the model stands now.</summary>
    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));

    /// <summary>The certificate of the last step.</summary>
    public Certificate? Certificate { get; private init; }

    /// <param name="path">Where the trip begins.</param>
    /// <param name="label">Begins the names of all that is written on the way.</param>
    public static Trip From(string path, string label) => new(label, path);

    public Trip To(ModelFormat format, ConversionOptions? options = null)
    {
        string next = $"{label}-{format.Extension()}";
        string target = System.IO.Path.Combine(
            WrittenFiles.Folder, next)
                + (format == ModelFormat.SafeTensors ? System.IO.Path.DirectorySeparatorChar : $".{format.Extension()}");
        Certificate certificate = Unflushed.Convert(
            Path, target, format, (options ?? new()) with { Existing = ExistingTarget.Replace });
        return new(next, target) { Certificate = certificate };
    }

    public byte[] Bytes(string file = "") => File.ReadAllBytes(System.IO.Path.Combine(Path, file));

    /// <summary>The values of each tensor, decoded to single precision.</summary>
    public Dictionary<string, ModelTensor> Tensors()
    {
        using ModelFile file = ModelFiles.Open(Path);
        return file.Tensors.ToDictionary(tensor => tensor.Name, tensor => new ModelTensor(tensor.Name, tensor.Shape, Values(file, tensor)));
    }

    private static float[] Values(ModelFile file, TensorInfo tensor)
    {
        float[] values = new float[tensor.ElementCount];
        TensorDecoder.Decode(tensor.Type, file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength), values);
        return values;
    }
}
