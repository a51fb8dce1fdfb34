namespace ModelPack.Codec.Diagnostics;

/// <summary>Something odd but legal that a reader met and kept (rules K-…).</summary>
/// <param name="Rule">Id of the rule in the format description.</param>
/// <param name="Text">What was found, in one sentence.</param>
/// <param name="ByteOffset">Where it was found, if it has a place.</param>
public sealed record Note(string Rule, string Text, long? ByteOffset = null);
