using ModelPack.Validation.Facts;
using ModelPack.Validation.Templates;

namespace ModelPack.Validation.Checks;

/// <summary>Chat templates that reach beyond their data, or that a phrase in a message switches. A template is read as text; nothing
/// renders it.</summary>
internal static class TemplateCheck
{
    private const int MostLines = 20;
    private const int MostDoubts = 3;
    private const int LongestExcerpt = 60;

    public static void Run(ValidationContext context)
    {
        foreach (ChatTemplate template in context.Templates)
        {
            TemplateConstruct[] constructs = [.. TemplateScanner.Scan(template.Text)];
            TemplateAnalysis.Outcome outcome = TemplateAnalysis.Of(template.Text);
            foreach (TemplateConstruct construct in constructs)
            {
                Find(context, ValidationErrors.Template, template, $"line {construct.Line} uses {construct.What}: '{construct.Excerpt}'");
            }

            foreach (IGrouping<int, KeyValuePair<int, string>> line in outcome.Triggered.GroupBy(found => Line(template.Text, found.Key))
                .Take(MostLines))
            {
                (int position, string text) = line.First();
                Find(
                    context, ValidationErrors.TemplateTrigger, template,
                    $"line {line.Key} adds text only when a message holds a phrase: "
                        + $"'{Excerpt(text.Length > 0 ? text : template.Text[position..])}'");
            }

            // What is known to do harm needs no doubts beside it.
            if (constructs.Length == 0 && outcome.Doubts.Count > 0)
            {
                string[] doubts = [
                    .. outcome.Doubts.Take(MostDoubts).Select(doubt => $"line {Line(template.Text, doubt.Key)}: {doubt.Value}")];
                string more = outcome.Doubts.Count > MostDoubts ? $"; and {outcome.Doubts.Count - MostDoubts} more" : "";
                Find(context, ValidationErrors.TemplateNotShown, template, $"{string.Join("; ", doubts)}{more}");
            }
            else if (constructs.Length == 0 && outcome.Triggered.Count == 0)
            {
                context.HarmlessTemplates.Add(template.Place);
            }
        }
    }

    private static void Find(ValidationContext context, ErrorCode code, ChatTemplate template, string text) =>
        context.Find(code, template.Place, text, template.ByteOffset);

    private static int Line(string template, int position) => 1 + template.AsSpan(0, position).Count('\n');

    private static string Excerpt(string text) =>
        (text.Length > LongestExcerpt ? text[..LongestExcerpt] : text).ReplaceLineEndings(" ").Trim();
}
