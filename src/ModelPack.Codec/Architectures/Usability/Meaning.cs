namespace ModelPack;

/// <summary>What an output is good for, beside the bytes that a level speaks of (DESIGN §1).</summary>
public enum Meaning
{
    /// <summary>The target's own programs can use it: all tensors and fields that they require are there, under the names that they look
    /// for.</summary>
    Runs,

    /// <summary>Everything is there and comes back, but the target's own programs will not load it.</summary>
    Carried,

    /// <summary>A part of the model was not found: other shards, companions.</summary>
    Partial,
}
