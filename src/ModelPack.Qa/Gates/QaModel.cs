namespace ModelPack.Qa.Gates;

/// <summary>A model of a run: the source, or what a chain of conversions made of it.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Format">Its format.</param>
/// <param name="Certificate">That of the last conversion; null for the source.</param>
internal sealed record QaModel(string Path, ModelFormat Format, Certificate? Certificate);
