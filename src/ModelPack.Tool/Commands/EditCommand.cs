using System.CommandLine;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Commands;

/// <summary><c>edit SOURCE TARGET</c></summary>
internal static class EditCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> source = Arguments.Path(
            "SOURCE", "The model to edit: a file, or the folder, index or first part of one in several files.");
        Argument<string> target = Arguments.Path(
            "TARGET", "The file to write, or the folder for a model in several files. It may be SOURCE, with --force.");
        Option<string[]> set = Many(
            "--set", "KEY=VALUE", "Set a metadata key. It keeps the type that it has; a new key needs one: KEY:TYPE=VALUE.");
        Option<string[]> setFile = Many("--set-file", "KEY=FILE", "Set a metadata key to the text in FILE.");
        Option<string[]> unset = Many("--unset", "KEY", "Remove a metadata key.");
        Option<string[]> rename = Many("--rename", "NAME=NEW", "Give a tensor another name.");
        Option<string[]> remove = Many("--remove", "NAME", "Remove a tensor.");
        Option<bool> alone = Arguments.Alone();
        Option<bool> force = Arguments.Flag("--force", "Replace TARGET, once the new one is proved.");
        Verb verb = new("edit", "Change metadata and tensor names; every other byte stays.")
        {
            Synopsis = "SOURCE TARGET --set KEY=VALUE …",
            Examples =
            [
                new("another context length, of the type that the key has",
                    "dotnet modelpack edit model.gguf edited.gguf --set qwen2.context_length=32768"),
                new("a chat template from a file",
                    "dotnet modelpack edit model.gguf edited.gguf --set-file tokenizer.chat_template=template.jinja"),
                new("a new key of the type u32", "dotnet modelpack edit model.gguf edited.gguf --set my.number:u32=5"),
                new("a list, as JSON", "dotnet modelpack edit model.gguf edited.gguf --set 'general.tags:string[]=[\"chat\",\"small\"]'"),
                new("tensors", "dotnet modelpack edit model.gguf edited.gguf --rename old.weight=new.weight --remove unused.bias"),
            ],
            Outcomes = [
                new("0", "edited and proved"), new("1", "what was written is not what was to be written; nothing is left of it"),
                .. StandardOutcomes.All],
        };
        verb.Arguments.Add(source);
        verb.Arguments.Add(target);
        Option<string[]>[] edits = [set, setFile, unset, rename, remove];
        Array.ForEach(edits, verb.Options.Add);
        verb.Options.Add(alone);
        verb.Options.Add(force);
        verb.Validators.Add(result =>
        {
            if (Array.TrueForAll(edits, option => result.GetValue(option) is null or []))
            {
                result.AddError("Nothing to edit: give --set, --set-file, --unset, --rename or --remove.");
            }

            foreach (Option<string[]> option in (Option<string[]>[])[set, setFile, rename])
            {
                if (result.GetValue(option)?.FirstOrDefault(pair => pair.IndexOf('=') <= 0) is { } pair)
                {
                    result.AddError($"{option.Name} takes {option.HelpName}, not '{pair}'.");
                }
            }
        });
        verb.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(source);
            session.Subject = path;
            using Model model = Model.Open(path, parsed.Scope(alone));
            ModelBuilder builder = model.ToBuilder();
            foreach (string key in parsed.GetValue(unset) ?? [])
            {
                builder.Unset(key);
            }

            foreach ((string key, string value) in Pairs(parsed.GetValue(set)))
            {
                EditValue.Set(builder, model, key, value);
            }

            foreach ((string key, string file) in Pairs(parsed.GetValue(setFile)))
            {
                builder.Set(key, EditValue.TextOf(file));
            }

            foreach (string name in parsed.GetValue(remove) ?? [])
            {
                builder.Remove(name);
            }

            foreach ((string name, string newName) in Pairs(parsed.GetValue(rename)))
            {
                builder.Rename(name, newName);
            }

            SaveOptions options = new() { Existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse };
            string output = parsed.GetRequiredValue(target);
            SaveReport report = builder.SaveAsync(output, options, session.Cancellation).GetAwaiter().GetResult();
            session.Publish(() => EditText.Of(path, output, report), writer => EditJson.Write(writer, path, output, report));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Option<string[]> Many(string name, string help, string description) =>
        new(name)
        {
            HelpName = help,
            Description = $"{description} May be repeated.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };

    private static IEnumerable<(string Left, string Right)> Pairs(string[]? pairs) =>
        (pairs ?? []).Select(pair => (pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..]));
}
