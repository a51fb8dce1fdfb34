using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Targets;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace;

namespace ModelPack.Codec.Conversion;

/// <summary>The companions of a Hugging Face folder that is made from a model without one: what GGUF metadata say, wherever they are kept.</summary>
internal static class FolderCompanions
{
    private static readonly DerivedFolder None = new([], []);

    public static DerivedFolder For(ModelFile source, ModelFormat to, OutputForm form)
    {
        if (to != ModelFormat.SafeTensors || source.Format == ModelFormat.SafeTensors)
        {
            return None;
        }

        if (form.Folder is null)
        {
            return new([], ["config.json, tokenizer.json and the like are written into a folder only: name one as target, with a separator at its end"]);
        }

        if ((source is ModelSet set ? set.First : source) is GgufFile gguf)
        {
            return Derive(gguf);
        }

        if (OriginChain.Find(source, ModelFormat.Gguf, out _) is not { } chain)
        {
            return new([], ["config.json and the tokenizer cannot be derived: the source holds no GGUF metadata"]);
        }

        using ModelFile ancestor = RestoredFile.Open(chain.Record, source);
        return Derive((GgufFile)(ancestor is ModelSet parts ? parts.First : ancestor));
    }

    // A companion in a sub-folder would not be found again: a model's files lie side by side.
    private static DerivedFolder Derive(GgufFile gguf)
    {
        DerivedFolder derived = DerivedCompanions.Derive(gguf);
        Companion[] nested = [.. derived.Files.Where(file => file.Name.Contains('/'))];
        return new(
            [.. derived.Files.Except(nested)],
            [.. derived.Notes, .. nested.Select(file => $"{file.Name}: not written, since it belongs into a sub-folder; it travels in the origin record")]);
    }
}
