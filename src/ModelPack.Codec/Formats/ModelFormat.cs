namespace ModelPack;

/// <summary>The container formats.</summary>
public enum ModelFormat
{
    /// <summary>GGUF, the format of llama.cpp.</summary>
    Gguf,

    /// <summary>APR v2, the format of aprender and realizar.</summary>
    Apr,

    /// <summary>SafeTensors, the format of Hugging Face.</summary>
    SafeTensors,
}
