using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Tensors;

namespace ModelPack.Formats;

/// <summary>
/// The description of tensors whose type, shape or name the container cannot say: one JSON text under the key <c>modelpack.carried</c>,
/// <c>{"stored name":{"name":…,"type":"Q5_K","shape":[…],"byte_order":"big"},…}</c>, in which a field is left out when the container says
/// it.
/// </summary>
internal static class TensorDescriptions
{
    public const string Key = "modelpack.carried";

    private const int MaximumDepth = 4;
    private const int LikelyBytes = 64;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Describes the steps that need it, in UTF-8; null if none does.</summary>
    public static ReadOnlyMemory<byte>? Describe(IReadOnlyList<OutputTensor> steps)
    {
        OutputTensor[] described = [.. steps.Where(step => step.IsDisguised || step.NameOrigin == NameOrigin.Alias)];
        if (described.Length == 0)
        {
            return null;
        }

        ArrayBufferWriter<byte> text = new(described.Length * LikelyBytes);
        using Utf8JsonWriter json = new(text, Compact);
        json.WriteStartObject();
        foreach (OutputTensor step in described)
        {
            json.WriteStartObject(step.Name);
            if (step.NameOrigin == NameOrigin.Alias)
            {
                json.WriteString("name", step.Logical.Name);
            }

            if (step.IsDisguised)
            {
                json.WriteString("type", TensorTypes.Get(step.Logical.Type).Name);
                json.WriteShape(step.Logical.Shape);
            }

            if (step.Logical.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(step.Logical.Type) == ByteSwapSupport.DerivedOnly)
            {
                json.WriteString("byte_order", "big");
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return text.WrittenMemory;
    }

    /// <summary>The tensors of a file as the model means them, in the order of the file.</summary>
    /// <exception cref="ModelPackException">A description does not fit the bytes that it describes.</exception>
    public static IReadOnlyList<TensorInfo> Logical(ModelFile file)
    {
        if (file.Metadata.LastOrDefault(entry => entry.Key == Key) is not { } entry)
        {
            return file.Tensors;
        }

        ReadOnlyMemory<byte> text = entry.Value.TextUtf8 ?? throw Bad(file, null, $"the value of '{Key}' is no text");
        TensorInfo[] logical = file.Tensors.ToArray();
        try
        {
            ApplyAll(file, logical, text.Span);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Bad(file, null, $"the value of '{Key}' is not an object of descriptions: {exception.Message}", exception);
        }

        HashSet<string> names = new(logical.Length, StringComparer.Ordinal);
        return Array.Find(logical, tensor => !names.Add(tensor.Name)) is { } twin
            ? throw Bad(file, twin.Name, "two tensors have this name by their descriptions")
            : logical;
    }

    /// <summary>The same, and after them the tensors of the side file as they were before they were kept there.</summary>
    /// <exception cref="ModelPackException">A description does not fit the bytes that it describes.</exception>
    public static IReadOnlyList<TensorInfo> AllLogical(ModelFile file) => file.SideModel is { } side
        ? [.. Logical(file), .. Logical(side)
            .Zip(file.AllTensors.Skip(file.Tensors.Count), (tensor, stored) => tensor with { Offset = stored.Offset })]
        : Logical(file);

    // One description at a time: those of 100,000 tensors together would take as much memory as the rest of a conversion.
    private static void ApplyAll(ModelFile file, TensorInfo[] tensors, ReadOnlySpan<byte> text)
    {
        Dictionary<string, int> places = new(tensors.Length, StringComparer.Ordinal);
        for (int i = 0; i < tensors.Length; i++)
        {
            places.TryAdd(tensors[i].Name, i);
        }

        ShapeCache shapes = new();
        Utf8JsonReader json = new(text, new JsonReaderOptions { MaxDepth = MaximumDepth });
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw Bad(file, null, $"the value of '{Key}' is not an object of descriptions");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            if (!places.Remove(name, out int place))
            {
                throw Bad(
                    file, name, file.Tensors.Any(tensor => tensor.Name == name)
                        ? "it is described twice"
                        : "a tensor is described that the file does not hold");
            }

            json.Read();
            using JsonDocument description = JsonDocument.ParseValue(ref json);
            tensors[place] = Apply(file, tensors[place], description.RootElement, shapes);
        }

        json.Read();
    }

    private static TensorInfo Apply(ModelFile file, TensorInfo stored, JsonElement description, ShapeCache shapes)
    {
        try
        {
            return ApplyFields(file, stored, description, shapes);
        }
        catch (InvalidOperationException exception)
        {
            throw Bad(file, stored.Name, $"its description cannot be read: {exception.Message}", exception);
        }
    }

    private static TensorInfo ApplyFields(ModelFile file, TensorInfo stored, JsonElement description, ShapeCache shapes)
    {
        (string name, TensorType type, ImmutableArray<long> shape, ByteOrder order) =
            (stored.Name, stored.Type, stored.Shape, stored.ByteOrder);
        foreach (JsonProperty field in description.EnumerateObject())
        {
            switch (field.Name, field.Value.ValueKind)
            {
                case ("name", JsonValueKind.String):
                    name = field.Value.GetString()!;
                    break;
                case ("type", JsonValueKind.String) when TensorTypes.TryGetByName(field.Value.GetString()!, out TensorTypeInfo? found):
                    type = found!.Type;
                    break;
                case ("shape", JsonValueKind.Array):
                    shape = shapes.Get(Shape(file, stored, field.Value));
                    break;
                case ("byte_order", JsonValueKind.String) when field.Value.ValueEquals("big"):
                    order = ByteOrder.BigEndian;
                    break;
                default:
                    throw Bad(file, stored.Name, $"its description has a field '{field.Name}' that means nothing");
            }
        }

        TensorInfo logical = stored with { Name = name, Type = type, Shape = shape, ByteOrder = order };

        if (logical.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(logical.Type) == ByteSwapSupport.LittleEndianOnly)
        {
            throw Bad(file, stored.Name, $"it is described as big-endian {TensorTypes.Get(logical.Type).Name}, which does not exist");
        }

        bool fits = TensorTypes.Get(logical.Type).TryGetPayloadBytes(logical.Shape.AsSpan(), out long bytes) && bytes == stored.ByteLength;
        return fits
            ? logical
            : throw Bad(
                file, stored.Name,
                $"it is described as {TensorTypes.Get(logical.Type).Name} {TensorShape.Format(logical.Shape.AsSpan())}, but holds "
                    + $"{stored.ByteLength} bytes");
    }

    private static long[] Shape(ModelFile file, TensorInfo stored, JsonElement array)
    {
        long[] shape = new long[array.GetArrayLength()];
        int place = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            shape[place++] = item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long dimension) && dimension >= 0
                ? dimension
                : throw Bad(file, stored.Name, "its description has a dimension that is no number");
        }

        return shape;
    }

    private static ModelPackException Bad(ModelFile file, string? tensor, string why, Exception? cause = null) =>
        new(FormatErrors.BadDescription, why, cause) { FilePath = file.Source.Name, TensorName = tensor };
}
