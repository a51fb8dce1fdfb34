namespace ModelPack;

/// <summary>The container formats, with their numbers in origin records (docs/origin-record.md, Body).</summary>
public enum ModelFormat
{
    /// <summary>GGUF, the format of llama.cpp.</summary>
    Gguf = 0,

    /// <summary>APR v2, the format of aprender and realizar.</summary>
    Apr = 1,

    /// <summary>SafeTensors, the format of Hugging Face.</summary>
    SafeTensors = 2,
}
