using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Families;

/// <summary>What towers compute with beside what a line of a table can say. The way back to a folder has no config.json.</summary>
internal static class TowerRules
{
    private const string Heads = "num_attention_heads";
    private const string Hidden = "hidden_size";
    private const string Head = "head_dim";
    private const string Patch = "patch_size";
    private const string Image = "image_size";

    // Real pictures are some thousand dots wide; a hostile number must not decide how much is built.
    private const long MostLayers = 4096;

    public static ConfigPart Gemma3 { get; } = new RulePart(ReadGemma3, _ => { });

    public static ConfigPart Gemma4 { get; } = new RulePart(ReadGemma4, _ => { });

    public static ConfigPart Qwen { get; } = new RulePart(ReadQwen, _ => { });

    // So many patches become one token on each side; the runtime takes four without the key.
    private static void ReadGemma3(ConfigReader draft)
    {
        const long UsualTokens = 256;
        const long UsualScale = 4;
        if (draft.Obstacles.Count > 0)
        {
            return;
        }

        long patches = draft.Numbers[Image] / draft.Numbers[Patch];
        draft.Numbers["places"] = patches * patches;
        ConfigObject config = ConfigObject.Parse(draft.Folder.Path, draft.Folder.Find(CompanionNames.Config)!);
        long tokens = config.Count("mm_tokens_per_image")
            ?? TowerToGguf.Preprocessors(draft).Select(settings => settings.Count("image_seq_length"))
                .FirstOrDefault(count => count is not null)
            ?? UsualTokens;
        long side = (long)Math.Sqrt(tokens);
        if (side == 0 || side * side != tokens || patches % side != 0)
        {
            draft.Obstruct($"mm_tokens_per_image is {tokens}, into whose square {patches} x {patches} patches do not go");
            return;
        }

        draft.Count("vision.projector.scale_factor", patches / side == UsualScale ? null : patches / side);
    }

    private static void ReadGemma4(ConfigReader draft)
    {
        const float RuntimeBase = 100;
        const long HeadAbsent = 64;
        if (draft.Obstacles.Count > 0)
        {
            return;
        }

        long heads = draft.Numbers[Heads];
        long head = draft.Config.Count(Head) ?? HeadAbsent;
        draft.Numbers[Head] = head;
        if (heads * head != draft.Numbers[Hidden] || (draft.Config.Count("num_key_value_heads") ?? heads) != heads)
        {
            draft.Obstruct(
                $"{heads} heads of {head} are not {Hidden} {draft.Numbers[Hidden]}, or share keys, which the runtime does not know");
        }

        if (draft.Config.Object("rope_parameters")?.Float("rope_theta") is { } theta && theta != RuntimeBase)
        {
            draft.Obstruct(string.Create(CultureInfo.InvariantCulture, $"rope_theta is {theta} instead of {RuntimeBase}"));
        }

        bool standardizes = draft.Config.Bool("standardize") ?? false;
        bool hasStandard = draft.Folder.Tensors.Any(tensor => tensor.Name.EndsWith("vision_tower.std_scale", StringComparison.Ordinal));
        if (standardizes != hasStandard)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path("standardize")} is {(standardizes ? "true" : "false")}, but there is {(hasStandard ? "a" : "no")} "
                    + $"tensor vision_tower.std_scale");
        }
    }

    private static void ReadQwen(ConfigReader draft)
    {
        const string Indexes = "deepstack_visual_indexes";
        if (draft.Obstacles.Count > 0)
        {
            return;
        }

        long merge = draft.Numbers["spatial_merge_size"];
        draft.Numbers["merged_size"] = draft.Numbers[Hidden] * merge * merge;
        long positions = draft.Numbers["num_position_embeddings"];
        long side = (long)Math.Sqrt(positions);
        if (side * side != positions)
        {
            draft.Obstruct($"num_position_embeddings is {positions}, which is no square");
        }

        draft.Count("vision.image_size", side * draft.Numbers[Patch]);
        if (draft.Config.Count("out_hidden_size") is { } output && output != draft.Numbers["projection_dim"])
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path("out_hidden_size")} is {output}, but hidden_size of the language model is "
                    + $"{draft.Numbers["projection_dim"]}");
        }

        long layers = draft.Numbers["depth"];
        long[] indexes = draft.Config.Counts(Indexes) ?? [];
        if (layers > MostLayers || indexes.Any(index => index >= layers) || !indexes.SequenceEqual(indexes.Distinct().Order()))
        {
            draft.Obstruct($"{Indexes} are not layers of {layers} in their order");
            return;
        }

        int mergers = draft.Folder.Tensors.Count(
            tensor => tensor.Name.EndsWith(".norm.weight", StringComparison.Ordinal)
                && tensor.Name.Contains("visual.deepstack_merger_list.", StringComparison.Ordinal));
        if (mergers != indexes.Length)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(Indexes)} has {Plural.Of(indexes.Length, "item")}, but there are tensors of {mergers} mergers");
        }

        draft.Add(
            "vision.is_deepstack_layers",
            GgufValue.FromArray<bool>([.. Enumerable.Range(0, (int)layers).Select(layer => indexes.Contains(layer))]));
    }
}
