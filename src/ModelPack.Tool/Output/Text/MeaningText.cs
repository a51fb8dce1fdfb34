namespace ModelPack.Tool.Output.Text;

/// <summary>What an output is good for, and why it is no better.</summary>
internal static class MeaningText
{
    public static void Write(TextReport report, Meaning? meaning, IReadOnlyList<string> reasons, ModelFormat format)
    {
        if (meaning is not { } word)
        {
            return;
        }

        report.Field("meaning", $"{EnumText.Of(word)}: {Explain(word, format)}");
        foreach (string reason in reasons)
        {
            report.Field("", $"- {reason}");
        }
    }

    private static string Explain(Meaning word, ModelFormat format) => word switch
    {
        Meaning.Runs => $"{Program(format)} finds all that it needs",
        Meaning.Carried => $"all of it comes back, but {Program(format)} will not load it",
        Meaning.Partial => "a part of the model was not found",
        _ => throw new ArgumentOutOfRangeException(nameof(word)),
    };

    private static string Program(ModelFormat format) => format switch
    {
        ModelFormat.Gguf => "llama.cpp",
        ModelFormat.Apr => "apr",
        ModelFormat.SafeTensors => "transformers",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };
}
