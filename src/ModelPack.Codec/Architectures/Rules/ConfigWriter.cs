using System.Collections.Frozen;
using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO.Json;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Rules;

/// <summary>Collects the fields of one config, what is lost, and what forbids writing it.</summary>
internal sealed class ConfigWriter(Derivation derivation, string architecture)
{
    /// <summary>For training, for the library, or for programs that load the model in another way.</summary>
    private static readonly FrozenSet<string> IdleFields = new[]
    {
        "transformers_version", "initializer_range", "attention_dropout", "hidden_dropout", "hidden_dropout_prob",
            "attention_probs_dropout_prob", "attn_pdrop", "embd_pdrop", "resid_pdrop",
        "aux_loss_alpha", "router_aux_loss_coef", "output_router_logits", "pretraining_tp", "use_flash_attn", "auto_map",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly List<(NoteRank Rank, string Text)> notes = [];
    private readonly List<string> refusals = [];
    private readonly List<string> idle = [];
    private readonly List<(string Name, Action<JsonText> Write)> files = [];

    public Derivation Derivation => derivation;

    public string Architecture => architecture;

    /// <summary>The class that the config names.</summary>
    public string ModelClass { get; set; } = "";

    /// <summary>Every token sees every other in the architecture, and no field needs to say so.</summary>
    public bool IsEncoder { get; init; }

    /// <summary>The classes with a head that scores and that the architecture has too.</summary>
    public ImmutableArray<string> HeadClasses { get; init; } = [];

    public JsonFields Fields { get; } = new();

    /// <summary>Counts by the names of their fields, for the shapes of tensors.</summary>
    public Dictionary<string, long> Numbers { get; } = new(StringComparer.Ordinal);

    /// <summary>The same where they differ between layers: one for each.</summary>
    public Dictionary<string, long[]> LayerNumbers { get; } = new(StringComparer.Ordinal);

    /// <summary>The settings of the rotation; those of none until others are written.</summary>
    public JsonFields Scaling { get; set; } = DefaultScaling();

    /// <summary>What to say of the config, if it is written.</summary>
    public IReadOnlyList<(NoteRank Rank, string Text)> Notes => notes;

    /// <summary>Lost fields that change nothing that the model computes: one note for all.</summary>
    public IReadOnlyList<string> Idle => idle;

    /// <summary>Files that go with the config.</summary>
    public IReadOnlyList<(string Name, Action<JsonText> Write)> Files => files;

    public IReadOnlyList<string> Refusals => refusals;

    public string Key(string name) => $"{architecture}.{name}";

    public void Note(string text, NoteRank rank = NoteRank.MayBeMissed) => notes.Add((rank, text));

    public void Refuse(string reason)
    {
        if (!refusals.Contains(reason))
        {
            refusals.Add(reason);
        }
    }

    public void AddFile(string name, Action<JsonText> write) => files.Add((name, write));

    /// <summary>Modules of sentence-transformers that follow the pooling: folder and class.</summary>
    public List<(string Path, string Type)> Modules { get; } = [];

    /// <summary>Files of modules that are no text.</summary>
    public List<Companion> ModuleFiles { get; } = [];

    /// <summary>Notes fields that no GGUF holds.</summary>
    public void Lose(params string[] fields)
    {
        foreach (string field in fields)
        {
            if (IdleFields.Contains(field))
            {
                if (!idle.Contains(field))
                {
                    idle.Add(field);
                }
            }
            else
            {
                Note($"{field} is lost", NoteRanks.OfLostField(field));
            }
        }
    }

    /// <summary>Notes a field that no GGUF holds, with what is known of published models.</summary>
    public void LosePublished(string field, string published) =>
        Note($"{field} is lost ({published} in published models)", NoteRanks.OfLostField(field));

    /// <summary>A count that the model class cannot do without; above zero.</summary>
    public long? RequireCount(string name, string? field, bool perLayer = false)
    {
        string key = Key(name);
        Reading<long> reading = perLayer ? derivation.Keys.UniformCount(key) : derivation.Keys.Count(key);
        if (!reading.TryGet(out long count) || count == 0)
        {
            Refuse(reading.IsRead ? $"{key} is 0" : reading.Describe(key));
            return null;
        }

        if (field is not null)
        {
            Fields.Set(field, count);
        }

        return count;
    }

    public void RequireFloat(string name, string field)
    {
        string key = Key(name);
        Reading<FiniteNumber> reading = derivation.Keys.Float(key);
        if (reading.TryGet(out FiniteNumber number))
        {
            Fields.Set(field, number);
        }
        else
        {
            Refuse(reading.Describe(key));
        }
    }

    /// <summary>A count that the file may leave out; a wrong one forbids the config.</summary>
    public long? OptionalCount(string name, bool perLayer = false)
    {
        Reading<long> reading = perLayer ? derivation.Keys.UniformCount(Key(name)) : derivation.Keys.Count(Key(name));
        return Accept(reading, out long count) ? count : null;
    }

    /// <summary>A list of counts that the file may leave out; a wrong one forbids the config.</summary>
    public long[]? OptionalCounts(string name) => Accept(derivation.Keys.Counts(Key(name)), out long[] counts) ? counts : null;

    /// <summary>A list of bools that the file may leave out; a wrong one forbids the config.</summary>
    public bool[]? OptionalFlags(string name) => Accept(derivation.Keys.Bools(Key(name)), out bool[] flags) ? flags : null;

    /// <summary>A float that the file may leave out; a wrong one forbids the config.</summary>
    public FiniteNumber? OptionalFloat(string name) => Accept(derivation.Keys.Float(Key(name)), out FiniteNumber number) ? number : null;

    /// <summary>A bool that the file may leave out; a wrong one forbids the config.</summary>
    public bool? OptionalBool(string name) => Accept(derivation.Keys.Bool(Key(name)), out bool flag) ? flag : null;

    /// <summary>A text that the file may leave out; a wrong one forbids the config.</summary>
    public string? OptionalText(string name) => Accept(derivation.Keys.Text(Key(name)), out string text) ? text : null;

    /// <summary>Writes a count, or notes the field as lost.</summary>
    public void CountOrLose(string name, string field)
    {
        if (Accept(derivation.Keys.Count(Key(name)), out long count))
        {
            Fields.Set(field, count);
        }
        else
        {
            Note($"{field} is lost: {Key(name)} is missing", NoteRanks.OfLostField(field));
        }
    }

    /// <summary>Writes a float, or notes the field as lost.</summary>
    public void FloatOrLose(string name, string field)
    {
        if (OptionalFloat(name) is { } number)
        {
            Fields.Set(field, number);
        }
        else
        {
            Note($"{field} is lost: {Key(name)} is missing", NoteRanks.OfLostField(field));
        }
    }

    /// <summary>Refuses a tensor for which the model class has no place.</summary>
    public void RefuseTensor(string tensor, string modelClass)
    {
        if (derivation.HasTensor(tensor))
        {
            Refuse($"{modelClass} has no place for the tensor {tensor}");
        }
    }

    /// <summary>The tensor, unless it is missing or of another rank.</summary>
    public TensorInfo? RequireTensor(string name, int rank)
    {
        TensorInfo? tensor = derivation.FindTensor(name);
        if (tensor is null || tensor.Shape.Length != rank)
        {
            Refuse(tensor is null
                ? $"the tensor {name} is missing"
                : $"the tensor {name} has shape {TensorShape.Format(tensor.Shape.AsSpan())}");
            return null;
        }

        return tensor;
    }

    private static JsonFields DefaultScaling()
    {
        JsonFields fields = new();
        fields.Set("rope_type", "default");
        return fields;
    }

    private bool Accept<T>(Reading<T> reading, out T value)
    {
        if (reading.Problem is { } problem)
        {
            Refuse(problem);
        }

        return reading.TryGet(out value);
    }
}
