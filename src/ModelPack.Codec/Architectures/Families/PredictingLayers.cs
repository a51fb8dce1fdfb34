using System.Globalization;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Layers behind the others that predict further tokens: block_count counts them too, a class counts them apart
/// (formats/architectures, deepseek32 and qwen35).</summary>
internal static class PredictingLayers
{
    private const string Key = "nextn_predict_layers";
    private const string OwnPrefix = "mtp.layers.";

    private static readonly string[] Layers =
    [
        OwnPrefix, "model.layers.", "layers.", "language_model.model.layers.", "model.language_model.layers.", "language_model.layers.",
    ];

    /// <summary>For classes whose converter leaves these layers out: a GGUF of another program may have them.</summary>
    public static RulePart LeftOut { get; } = new(
        draft => draft.Lose("num_nextn_predict_layers"), config =>
        {
            if (config.OptionalCount(Key) is > 0)
            {
                Write(config, "num_nextn_predict_layers", "num_hidden_layers");
            }
            else
            {
                config.Lose("num_nextn_predict_layers");
            }
        });

    /// <summary>The number of layers to count: published folders leave out layers that they state, and state none that they have.</summary>
    public static long Read(ConfigReader draft, string field, long layers)
    {
        int present = draft.Folder.Tensors.Select(tensor => Number(tensor.Name, layers)).OfType<int>().Distinct().Count();
        long? stated = draft.Config.Count(field);
        if (stated is { } count && count != present && present != 0)
        {
            throw draft.Config.Contradiction($"{draft.Config.Path(field)} is {count}, but there are tensors of {present} such layers");
        }

        if (stated > 0 && present == 0)
        {
            draft.Note($"{field} is {stated}, but there are no tensors of such layers: the model is written without");
            return 0;
        }

        draft.Count(Key, stated is null && present == 0 ? null : present);
        return present;
    }

    /// <summary>From keys to config.json.</summary>
    public static void Write(ConfigWriter config, string field, string layersField)
    {
        if (config.OptionalCount(Key) is not { } further)
        {
            return;
        }

        if (config.OptionalCount("block_count") is { } all && further < all)
        {
            config.Fields.Set(layersField, all - further);
            config.Fields.Set(field, further);
            config.Numbers[layersField] = all - further;
        }
        else
        {
            config.Refuse($"{config.Key(Key)} is {further}, but {config.Key("block_count")} is not more");
        }
    }

    // The number of such a layer, if the tensor belongs to one.
    private static int? Number(string tensor, long layers)
    {
        foreach (string prefix in Layers)
        {
            if (tensor.StartsWith(prefix, StringComparison.Ordinal)
                && int.TryParse(
                    tensor.AsSpan(prefix.Length, Math.Max(tensor.IndexOf('.', prefix.Length) - prefix.Length, 0)), NumberStyles.None,
                    CultureInfo.InvariantCulture, out int layer))
            {
                return prefix == OwnPrefix || layer >= layers ? layer : null;
            }
        }

        return null;
    }
}
