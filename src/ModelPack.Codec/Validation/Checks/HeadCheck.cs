using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>Heads share the hidden size among them, and groups of query heads share a key head.</summary>
internal static class HeadCheck
{
    private const int MaximumLayers = 1024;

    public static void Run(ValidationContext context)
    {
        ModelSettings settings = context.Settings;
        if (settings.Family is null || settings[SettingName.Heads] is not { } heads)
        {
            return;
        }

        for (int layer = 0; layer < Math.Min(heads.Values.Length, MaximumLayers); layer++)
        {
            Check(context, heads, layer);
        }
    }

    private static void Check(ValidationContext context, Setting heads, int layer)
    {
        ModelSettings settings = context.Settings;
        long count = heads.Values[layer];
        if (count == 0)
        {
            // A layer without attention has none; a model without heads does not exist.
            if (heads.Values.Length == 1)
            {
                context.Find(ValidationErrors.Heads, heads.Key, $"'{heads.Key}' is 0", heads.ByteOffset);
            }

            return;
        }

        if (settings[SettingName.KeyLength] is null && settings[SettingName.Hidden] is { } hidden && hidden.At(layer) is { } size
            && size % count != 0)
        {
            context.Find(
                ValidationErrors.Heads, heads.Key,
                $"{size} ('{hidden.Key}') is no multiple of {count} ('{heads.Key}'), and no head length is stated", heads.ByteOffset);
        }

        if (settings[SettingName.KeyValueHeads] is { } groups && groups.At(layer) is { } others && (others == 0 || count % others != 0))
        {
            context.Find(
                ValidationErrors.Heads, groups.Key, $"{count} ('{heads.Key}') is no multiple of {others} ('{groups.Key}')",
                groups.ByteOffset);
        }
    }
}
