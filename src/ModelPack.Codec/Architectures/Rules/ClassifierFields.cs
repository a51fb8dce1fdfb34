using System.Globalization;
using ModelPack.Architectures.Names;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>What a head of a classifier or reranker is called upon (hf-companions.md §1.3).</summary>
internal static class ClassifierFields
{
    private const string LabelsKey = "classifier.output_labels";

    /// <summary>The names of the classes.</summary>
    public static void Labels(this ConfigWriter config)
    {
        string key = config.Key(LabelsKey);
        if (config.Derivation.Keys.Find(key) is not { } labels)
        {
            // The class has two without a word in its config.
            if (config.Derivation.FindTensor(ClassifierNames.Head) is { } head && Rows(head) is var rows and not 2)
            {
                config.Fields.Set("num_labels", rows);
            }

            return;
        }

        if (labels.ElementType != GgufValueType.String)
        {
            config.Refuse($"{key} is {MetadataKeys.Show(labels)}, not an array of strings");
            return;
        }

        List<string> texts = [];
        foreach (ReadOnlyMemory<byte> label in labels.EnumerateStrings())
        {
            if (!System.Text.Unicode.Utf8.IsValid(label.Span))
            {
                config.Refuse($"{key} is not UTF-8 at {texts.Count}");
                return;
            }

            texts.Add(System.Text.Encoding.UTF8.GetString(label.Span));
        }

        config.Fields.Set("id2label", text =>
        {
            text.StartObject();
            for (int id = 0; id < texts.Count; id++)
            {
                text.Name(id.ToString(CultureInfo.InvariantCulture));
                text.String(texts[id]);
            }

            text.EndObject();
        });
    }

    /// <summary>Refuses a head for architectures whose classes here have none: they generate.</summary>
    public static void RequireNoHead(this ConfigWriter config)
    {
        if (config.Architecture != "qwen3" && config.HeadClasses.IsEmpty)
        {
            config.RefuseTensor(ClassifierNames.Head, "a class that generates");
            config.RefuseTensor(ClassifierNames.Pooler, "a class that generates");
        }
    }

    private static long Rows(TensorInfo head) => head.Shape.Length > 1 ? head.Shape[0] : 1;
}
