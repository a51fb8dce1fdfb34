using System.Text;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Formats.Gguf;

/// <summary>Refuses what the strict reader would refuse, before anything is written.</summary>
internal static class GgufModelCheck
{
    public static (string Key, GgufValue Value)[] CheckMetadata(GgufModel model)
    {
        if (model.Metadata.Count > GgufFormat.MaximumKeys
            || model.Metadata.Sum(entry => (long)entry.Key.Length) > GgufFormat.MaximumKeyText)
        {
            throw new ModelPackException(
                GgufErrors.KeyLimit,
                $"the output would have {model.Metadata.Count} keys with {model.Metadata.Sum(entry => (long)entry.Key.Length)} characters");
        }

        HashSet<string> keys = new(StringComparer.Ordinal);
        (string Key, GgufValue Value)[] entries = [.. model.Metadata.Select(entry => (entry.Key, ToStandard(entry)))];
        foreach ((string key, _) in entries)
        {
            if (!TryEncode(key, out byte[] bytes) || !GgufMetadataReader.IsKey(bytes))
            {
                throw new ModelPackException(
                    GgufErrors.UnwritableKey, $"the key '{key[..Math.Min(key.Length, 64)]}' is not 1 to 65,535 printable ASCII characters");
            }

            if (!keys.Add(key))
            {
                throw new ModelPackException(GgufErrors.UnwritableKey, $"the key '{key}' occurs twice");
            }
        }

        CheckHeader(model, entries.FirstOrDefault(entry => entry.Key == GgufFormat.AlignmentKey).Value);
        return entries;
    }

    public static void CheckTensors(IReadOnlyList<StoredTensor> tensors)
    {
        TensorLimit.Write(tensors.Count);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (StoredTensor tensor in tensors)
        {
            if (!TryEncode(tensor.Name, out byte[] bytes) || bytes.Length > GgufFormat.MaximumNameBytes
                || !GgufTensorReader.IsName(bytes))
            {
                throw Refuse(
                    GgufErrors.UnwritableName,
                    $"the name has {Encoding.UTF8.GetByteCount(tensor.Name)} bytes, a zero byte or half a surrogate pair", tensor);
            }

            if (!names.Add(tensor.Name))
            {
                throw Refuse(GgufErrors.UnwritableName, "the name occurs twice", tensor);
            }

            CheckShape(tensor);
        }
    }

    private static void CheckShape(StoredTensor tensor)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        string shape = TensorShape.Format(tensor.Shape.AsSpan());
        if (type.GgmlId is null)
        {
            throw Refuse(GgufErrors.UnwritableType, $"the type {type.Name} has no ggml id", tensor);
        }

        if (tensor.Shape.Length > GgufFormat.MaximumDimensions)
        {
            throw Refuse(GgufErrors.UnwritableShape, $"the shape {shape} has more than {GgufFormat.MaximumDimensions} dimensions", tensor);
        }

        if (!type.TryGetPayloadBytes(tensor.Shape.AsSpan(), out long bytes))
        {
            throw Refuse(
                GgufErrors.UnwritableShape, $"the shape {shape} does not consist of {type.Name} blocks, or has more than 2^63 elements",
                tensor);
        }

        if (bytes != tensor.ByteLength)
        {
            throw Refuse(
                GgufErrors.UnwritableShape, $"the shape {shape} of type {type.Name} has {bytes} bytes, the payload {tensor.ByteLength}",
                tensor);
        }
    }

    private static void CheckHeader(GgufModel model, GgufValue? alignment)
    {
        if (model.Version is not (2 or 3))
        {
            throw new ModelPackException(GgufErrors.UnwritableHeader, $"version {model.Version} is not written");
        }

        uint stated = (uint)GgufFormat.DefaultAlignment;
        bool valid = (alignment is null || alignment.TryGetUInt32(out stated)) && uint.IsPow2(stated) && stated == model.Alignment;
        if (!valid)
        {
            throw new ModelPackException(
                GgufErrors.UnwritableHeader,
                $"the alignment is {model.Alignment}, but general.alignment is {alignment?.Display() ?? "absent"}");
        }
    }

    private static GgufValue ToStandard(MetadataEntry entry) => entry.Value is GgufValue value
        ? value.ToStandardEncoding()
        : throw new ArgumentException($"the value of '{entry.Key}' is not a {nameof(GgufValue)}");

    private static bool TryEncode(string text, out byte[] bytes)
    {
        try
        {
            bytes = StrictUtf8.Encoding.GetBytes(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = [];
            return false;
        }
    }

    private static ModelPackException Refuse(ErrorCode code, string detail, StoredTensor tensor) =>
        new(code, detail) { TensorName = tensor.Name };
}
