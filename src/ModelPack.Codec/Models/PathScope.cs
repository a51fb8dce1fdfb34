namespace ModelPack;

/// <summary>How much of what lies around a file its path stands for.</summary>
public enum PathScope
{
    /// <summary>
    /// The model: a SafeTensors file, shard or index among the companions of its model (config.json, a tokenizer, an index that names it)
    /// means their folder, the first part of a split GGUF all parts. A GGUF or APR file, and a SafeTensors file that a conversion wrote as
    /// one file, is a whole model in itself.
    /// </summary>
    Model,

    /// <summary>The file alone, with its side file if it has one; of an index, the shards that it names. A folder cannot be read like
    /// that.</summary>
    FileAlone,
}
