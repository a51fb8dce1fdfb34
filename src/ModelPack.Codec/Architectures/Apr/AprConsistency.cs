using System.Collections.Immutable;

namespace ModelPack.Architectures.Apr;

/// <summary>Compares what an APR file says of its size with the tensors it holds (apr-v2.md §7.4).</summary>
internal static class AprConsistency
{
    public static void Check(AprFieldReader says, ModelTensors tensors, List<Note> notes)
    {
        if (tensors.Embedding is { } embedding)
        {
            Compare("vocab_size", says.Count("vocab_size"), embedding[0], "the embedding has {0} rows", notes);
            Compare("hidden_size", says.Count("hidden_size"), embedding[1], "the embedding has {0} columns", notes);
        }

        uint? dimension = says.Count("head_dim");
        uint? heads = says.Count("num_heads");
        Heads("num_heads", heads, dimension, tensors.Query, "q", notes);
        Heads(says.Count("num_kv_heads") is null
            ? "num_heads"
            : "num_kv_heads", says.Count("num_kv_heads") ?? heads, dimension, tensors.Key, "k", notes);
    }

    private static void Compare(string field, uint? stated, long found, string words, List<Note> notes)
    {
        if (stated is { } number && number != found)
        {
            notes.Contradict(
                $"'{field}' is {number}, but {string.Format(System.Globalization.CultureInfo.InvariantCulture, words, found)}");
        }
    }

    private static void Heads(string field, uint? heads, uint? dimension, ImmutableArray<long>? matrix, string part, List<Note> notes)
    {
        if (heads is not { } count || matrix is not { } shape)
        {
            return;
        }

        if (dimension is { } width && shape[0] != (long)count * width)
        {
            notes.Contradict($"'{field}' is {count} and 'head_dim' is {width}, but {part} has {shape[0]} rows");
        }
        else if (dimension is null && (count == 0 || shape[0] % count != 0))
        {
            notes.Contradict($"'{field}' is {count}, which does not divide the {shape[0]} rows of {part}");
        }
    }
}
