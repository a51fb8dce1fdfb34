namespace ModelPack;

/// <summary>What to do about NaN and infinity in the source.</summary>
public enum NonFinitePolicy
{
    /// <summary>The conversion fails and names the tensor, the count, the first element and its byte offset.</summary>
    Refuse,

    /// <summary>They pass bit for bit and are counted in the report.</summary>
    Allow,
}
