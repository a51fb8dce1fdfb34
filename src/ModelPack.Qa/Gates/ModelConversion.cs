namespace ModelPack.Qa.Gates;

/// <summary>Converts a model; a test puts damage into what it writes.</summary>
internal delegate Certificate ModelConversion(string source, string target, ModelFormat to, CancellationToken cancellation);
