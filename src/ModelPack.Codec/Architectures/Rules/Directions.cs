namespace ModelPack.Architectures.Rules;

/// <summary>Whether a token sees what follows it: <c>attention.causal</c>, which decoders that became embedders state in their
/// config.</summary>
internal static class Directions
{
    public const string Key = "attention.causal";
    public const string CausalField = "is_causal";

    private const string BothWaysField = "use_bidirectional_attention";
    private const string WindowKey = ".attention.sliding_window";

    public static void Write(ConfigReader draft)
    {
        // An encoder's rule has said it, or nobody needs to.
        if (draft.Has(Key) || draft.IsEncoder)
        {
            return;
        }

        bool? causal = draft.Config.Bool(CausalField);
        bool? bothWays = draft.Config.IsWord(BothWaysField, "all")
            ? true
            : draft.Config.IsWord(BothWaysField, "vision") ? false : draft.Config.Bool(BothWaysField);
        if (causal == true && bothWays == true)
        {
            throw draft.Config.Contradiction($"{draft.Config.Path(CausalField)} is true, but {BothWaysField} is too");
        }

        if (causal != false && bothWays != true)
        {
            return;
        }

        if (draft.Has(WindowKey[1..]))
        {
            draft.Obstruct(
                $"{(causal == false ? $"{CausalField} is false" : $"{BothWaysField} is true")}, and some layers have a window: the "
                    + $"runtime's window looks back only");
        }

        draft.Flag(Key, false);
    }
}
