using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion;

/// <summary>
/// The description of tensors whose type, shape or name the container cannot say: one JSON text under the key <c>modelpack.carried</c>,
/// <c>{"stored name":{"name":…,"type":"Q5_K","shape":[…],"byte_order":"big"},…}</c>, in which a field is left out when the container says it.
/// </summary>
internal static class CarriedTensors
{
    public const string Key = "modelpack.carried";

    private const int MaximumDepth = 4;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Describes the steps that need it; null if none does.</summary>
    public static string? Describe(IReadOnlyList<TensorStep> steps)
    {
        ArrayBufferWriter<byte> text = new();
        using Utf8JsonWriter json = new(text, Compact);
        json.WriteStartObject();
        bool any = false;
        foreach (TensorStep step in steps)
        {
            if (!step.IsDisguised && step.NameOrigin != NameOrigin.Alias)
            {
                continue;
            }

            any = true;
            json.WriteStartObject(step.Name);
            if (step.NameOrigin == NameOrigin.Alias)
            {
                json.WriteString("name", step.Logical.Name);
            }

            if (step.IsDisguised)
            {
                json.WriteString("type", TensorTypes.Get(step.Logical.Type).Name);
                json.WriteStartArray("shape");
                foreach (long dimension in step.Logical.Shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
            }

            if (step.Logical.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(step.Logical.Type) == ByteSwapSupport.DerivedOnly)
            {
                json.WriteString("byte_order", "big");
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return any ? Encoding.UTF8.GetString(text.WrittenSpan) : null;
    }

    /// <summary>The tensors of a file as the model means them, in the order of the file.</summary>
    /// <exception cref="ModelPackException">A description does not fit the bytes that it describes.</exception>
    public static IReadOnlyList<TensorInfo> Logical(ModelFile file)
    {
        if (file.Metadata.LastOrDefault(entry => entry.Key == Key) is not { } entry)
        {
            return file.Tensors;
        }

        string text = entry.Value.Text ?? throw Bad(file, null, $"the value of '{Key}' is no text");
        Dictionary<string, JsonElement> descriptions = Parse(file, text);
        TensorInfo[] logical = file.Tensors.ToArray();
        for (int i = 0; i < logical.Length; i++)
        {
            if (descriptions.Remove(logical[i].Name, out JsonElement description))
            {
                logical[i] = Apply(file, logical[i], description);
            }
        }

        if (descriptions.Count > 0)
        {
            throw Bad(file, descriptions.Keys.First(), "a tensor is described that the file does not hold");
        }

        HashSet<string> names = new(logical.Length, StringComparer.Ordinal);
        return Array.Find(logical, tensor => !names.Add(tensor.Name)) is { } twin
            ? throw Bad(file, twin.Name, "two tensors have this name by their descriptions")
            : logical;
    }

    private static Dictionary<string, JsonElement> Parse(ModelFile file, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            Dictionary<string, JsonElement> descriptions = new(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!descriptions.TryAdd(property.Name, property.Value.Clone()))
                {
                    throw Bad(file, property.Name, "it is described twice");
                }
            }

            return descriptions;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Bad(file, null, $"the value of '{Key}' is not an object of descriptions: {exception.Message}", exception);
        }
    }

    private static TensorInfo Apply(ModelFile file, TensorInfo stored, JsonElement description)
    {
        try
        {
            return ApplyFields(file, stored, description);
        }
        catch (InvalidOperationException exception)
        {
            throw Bad(file, stored.Name, $"its description cannot be read: {exception.Message}", exception);
        }
    }

    private static TensorInfo ApplyFields(ModelFile file, TensorInfo stored, JsonElement description)
    {
        TensorInfo logical = stored;
        foreach (JsonProperty field in description.EnumerateObject())
        {
            logical = (field.Name, field.Value.ValueKind) switch
            {
                ("name", JsonValueKind.String) => logical with { Name = field.Value.GetString()! },
                ("type", JsonValueKind.String) when TensorTypes.TryGetByName(field.Value.GetString()!, out TensorTypeInfo? type) => logical with { Type = type!.Type },
                ("shape", JsonValueKind.Array) => logical with { Shape = Shape(file, stored, field.Value) },
                ("byte_order", JsonValueKind.String) when field.Value.ValueEquals("big") => logical with { ByteOrder = ByteOrder.BigEndian },
                _ => throw Bad(file, stored.Name, $"its description has a field '{field.Name}' that means nothing"),
            };
        }

        if (logical.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(logical.Type) == ByteSwapSupport.LittleEndianOnly)
        {
            throw Bad(file, stored.Name, $"it is described as big-endian {TensorTypes.Get(logical.Type).Name}, which does not exist");
        }

        bool fits = TensorTypes.Get(logical.Type).TryGetPayloadBytes(logical.Shape.AsSpan(), out long bytes) && bytes == stored.ByteLength;
        return fits
            ? logical
            : throw Bad(file, stored.Name, $"it is described as {TensorTypes.Get(logical.Type).Name} {TensorShape.Format(logical.Shape.AsSpan())}, but holds {stored.ByteLength} bytes");
    }

    private static ImmutableArray<long> Shape(ModelFile file, TensorInfo stored, JsonElement array)
    {
        ImmutableArray<long>.Builder shape = ImmutableArray.CreateBuilder<long>(array.GetArrayLength());
        foreach (JsonElement item in array.EnumerateArray())
        {
            shape.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long dimension) && dimension >= 0
                ? dimension
                : throw Bad(file, stored.Name, "its description has a dimension that is no number"));
        }

        return shape.ToImmutable();
    }

    private static ModelPackException Bad(ModelFile file, string? tensor, string why, Exception? cause = null) =>
        new(ConversionErrors.BadDescription, why, cause) { FilePath = file.Source.Name, TensorName = tensor };
}
