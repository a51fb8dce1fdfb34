using System.Text;
using ModelPack.Tensors;

namespace ModelPack.Formats.Apr;

/// <summary>Writes the metadata text: known fields in the order of the format, then custom keys by their UTF-8 bytes (apr-v2.md §7.1,
/// §15.2).</summary>
internal static class AprMetadataWriter
{
    private const int LikelyPunctuation = 4;
    private const int LikelyDefaults = 256;

    public static ReadOnlyMemory<byte> Write(AprModel model)
    {
        AprJsonWriter writer = new(
            checked(model.Fields.Concat(model.CustomKeys)
                .Sum(pair => pair.Key.Length + pair.Value.Utf8.Length + LikelyPunctuation) + LikelyDefaults));
        writer.StartObject();
        foreach (KeyValuePair<int, AprJson> field in OrderFields(model))
        {
            writer.Name(AprFields.All[field.Key].Name);
            writer.Value(field.Value);
        }

        foreach (KeyValuePair<string, AprJson> custom in OrderCustomKeys(model))
        {
            writer.Name(custom.Key);
            writer.Value(custom.Value);
        }

        writer.EndObject();
        return writer.Written;
    }

    private static SortedDictionary<int, AprJson> OrderFields(AprModel model)
    {
        SortedDictionary<int, AprJson> fields = [];
        foreach ((string key, AprJson value) in model.Fields)
        {
            AprField field = AprFields.Find(key) ?? throw new ArgumentException($"'{key}' is not a known field", nameof(model));
            if (!fields.TryAdd(field.Position, value))
            {
                throw new ArgumentException($"the field '{key}' is given twice", nameof(model));
            }
        }

        if (!fields.ContainsKey(AprFields.Find("model_type")!.Position))
        {
            throw new ArgumentException("'model_type' is always written and has to be given", nameof(model));
        }

        ulong parameters = 0;
        foreach (StoredTensor tensor in model.Tensors)
        {
            TensorShape.TryCountElements(tensor.Shape.AsSpan(), out long elements);
            parameters = checked(parameters + (ulong)elements);
        }

        AddDefault("license", AprJson.Null);
        AddDefault("data_source", AprJson.Null);
        AddDefault("data_license", AprJson.Null);
        AddDefault("total_size", AprJson.Number(0UL));
        AddDefault("param_count", AprJson.Number(parameters));
        return fields;

        void AddDefault(string key, AprJson value) => fields.TryAdd(AprFields.Find(key)!.Position, value);
    }

    private static SortedDictionary<string, AprJson> OrderCustomKeys(AprModel model)
    {
        SortedDictionary<string, AprJson> keys = new(Comparer<string>.Create((left, right) =>
            Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right))));
        foreach ((string key, AprJson value) in model.CustomKeys)
        {
            // realizar loses all metadata over an alias beside its field, so aliases are never written (apr-v2.md §7.4).
            if (AprFields.Find(key) is not null || AprFields.FindByAlias(key) is not null)
            {
                throw new ArgumentException($"'{key}' is a known field or an alias of one, not a custom key", nameof(model));
            }

            if (!keys.TryAdd(key, value))
            {
                throw new ArgumentException($"the custom key '{key}' is given twice", nameof(model));
            }
        }

        return keys;
    }
}
