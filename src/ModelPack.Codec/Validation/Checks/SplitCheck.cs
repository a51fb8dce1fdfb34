using ModelPack.Architectures.Usability;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>What a file says of being a part of several (gguf.md §5, apr-v2.md §7.2), or is by its name (safetensors.md §5). The parts of a
/// set were compared when it was opened.</summary>
internal static class SplitCheck
{
    public static void Run(ValidationContext context)
    {
        switch (context.File)
        {
            case GgufFile { Split: { } split } gguf:
                Check(context, gguf, split);
                break;
            case GgufFile gguf when gguf.Find(GgufSplit.NumberKey) is { } number && gguf.Find(GgufSplit.CountKey) is null:
                context.Find(
                    ValidationErrors.Split, GgufSplit.NumberKey,
                    $"'{GgufSplit.NumberKey}' is {number.Display()}, but '{GgufSplit.CountKey}' is missing",
                    MetadataPlace.Of(gguf, number));
                break;
            case var file when MissingParts.OfShards(file) is { } missing:
                context.Find(ModelSetErrors.ShardAlone, file.AllMembers[0].Name, missing);
                break;
            case AprFile apr when apr.FindMetadata("sharding") is { } sharding:
                Check(context, apr, sharding);
                break;
        }
    }

    private static void Check(ValidationContext context, GgufFile file, GgufSplit split)
    {
        int tensors = file.Tensors.Count;
        long? offset = file.Find(GgufSplit.CountKey) is { } count ? MetadataPlace.Of(file, count) : null;
        if (split.Count > 0 && split.Number >= split.Count)
        {
            context.Find(
                ValidationErrors.Split, GgufSplit.NumberKey,
                $"'{GgufSplit.NumberKey}' is {split.Number}, but '{GgufSplit.CountKey}' is {split.Count}", offset);
        }
        else if (split.IsPart && split.TensorCount <= tensors)
        {
            string text =
                $"'{GgufSplit.CountKey}' is {split.Count}, but of {split.TensorCount} tensors all {tensors} are in this file: the keys are "
                    + $"stale and programs will look for other parts";
            context.Find(ValidationErrors.Split, GgufSplit.CountKey, text, offset);
        }
        else if (!split.IsPart && split.TensorCount is { } total && total != tensors)
        {
            context.Find(
                ValidationErrors.Split, GgufSplit.TensorCountKey,
                $"'{GgufSplit.TensorCountKey}' is {total}, but the file, which is no part, has {tensors} tensors", offset);
        }
        else if (split.IsPart)
        {
            context.Keep("K-PART", $"this is part {split.Number + 1} of {split.Count}; the others were not looked at", offset);
        }
        else
        {
            context.Keep("K-PART", $"keys of a split are left over ('{GgufSplit.CountKey}' is {split.Count}); the file is whole", offset);
        }
    }

    private static void Check(ValidationContext context, AprFile file, AprJsonValue sharding)
    {
        long? count = JsonFacts.Parse(sharding.RawBytes).Member("shard_count").Integer();
        long? index = JsonFacts.Parse(sharding.RawBytes).Member("shard_index").Integer();
        long? offset = MetadataPlace.Of(file, sharding);
        if (index >= count)
        {
            context.Find(ValidationErrors.Split, "sharding", $"'shard_index' is {index}, but 'shard_count' is {count}", offset);
        }
        else if (count > 1)
        {
            context.Keep("K-PART", $"this is part {index + 1} of {count}; the others were not looked at", offset);
        }
    }
}
