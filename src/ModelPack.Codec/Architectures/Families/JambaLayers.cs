using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Jamba: which layers attend and which have experts, each by a period and an offset (formats/architectures, jamba).</summary>
internal static class JambaLayers
{
    private const string Period = "attn_layer_period";
    private const string Offset = "attn_layer_offset";
    private const string ExpertPeriod = "expert_layer_period";
    private const string ExpertOffset = "expert_layer_offset";
    private const string Router = "blk.{n}.ffn_gate_inp";
    private const string Experts = "num_experts";

    public static void Read(ConfigReader draft)
    {
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        AttentionLayers.Write(draft, Schedule(draft, layers, Period, 8, Offset, 4));
        bool[] routed = Schedule(draft, layers, ExpertPeriod, 2, ExpertOffset, 1);
        bool hasExperts = draft.Numbers.GetValueOrDefault(Experts) > 1;
        NameTable names = FamilyCatalog.Find(draft.Architecture)!.Names;
        bool[] found = new bool[layers];
        foreach (TensorInfo tensor in draft.Folder.Tensors)
        {
            if (names.FromHuggingFace(tensor.Name) is [{ Rule.Gguf.Text: Router, Layer: var layer }, ..] && layer < layers)
            {
                found[layer] = true;
            }
        }

        int wrong = Enumerable.Range(0, layers).FirstOrDefault(layer => found[layer] != (hasExperts && routed[layer]), -1);
        if (wrong >= 0)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(ExpertPeriod)} and {ExpertOffset} say that layer {wrong} has {(found[wrong] ? "no " : "")}experts, "
                    + $"but there is {(found[wrong] ? "a" : "no")} router");
        }
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Read(config) is not { } attends)
        {
            return;
        }

        Set(config, attends, Period, Offset, "layers that attend");
        bool[] routed = [
            .. Enumerable.Range(0, attends.Length).Select(layer => config.Derivation.HasTensor($"blk.{layer}.ffn_gate_inp.weight"))];
        if (routed.Contains(true))
        {
            Set(config, routed, ExpertPeriod, ExpertOffset, "layers with experts");
        }
    }

    private static bool[] Schedule(ConfigReader draft, int layers, string period, long absentPeriod, string offset, long absentOffset)
    {
        long every = draft.Config.Count(period) ?? absentPeriod;
        long from = draft.Config.Count(offset) ?? absentOffset;
        return every == 0 ? throw draft.Config.WrongValue(period, "is 0") : AttentionLayers.Periodic(layers, every, from);
    }

    private static void Set(ConfigWriter config, bool[] layers, string period, string offset, string what)
    {
        if (AttentionLayers.Period(layers) is { } found)
        {
            config.Fields.Set(period, found.Period);
            config.Fields.Set(offset, found.Offset);
        }
        else
        {
            config.Refuse($"the {what} have no period, without which the class cannot say them");
        }
    }
}
