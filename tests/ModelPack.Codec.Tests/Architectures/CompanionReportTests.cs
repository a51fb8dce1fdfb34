using ModelPack.Architectures;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class CompanionReportTests
{
    [TestMethod]
    public void Every_file_is_recorded_derived_or_missing()
    {
        DerivedFolder folder = new SmallGguf("grok").Text("tokenizer.huggingface.json", "{\"model\":{\"vocab\":{}}}")
            .Text("tokenizer.chat_template", "é").Count("tokenizer.ggml.eos_token_id", 1).Derive();
        folder.AssertFile("modelpack-report.json", """
            {
              "files": [
                {
                  "name": "chat_template.jinja",
                  "notes": [],
                  "status": "derived"
                },
                {
                  "name": "config.json",
                  "notes": [
                    "config.json cannot be derived: there is no rule for the architecture 'grok'"
                  ],
                  "status": "missing"
                },
                {
                  "name": "generation_config.json",
                  "notes": [
                    "do_sample, max_length, repetition_penalty, transformers_version are lost"
                  ],
                  "status": "derived"
                },
                {
                  "name": "special_tokens_map.json",
                  "notes": [
                    "special_tokens_map.json cannot be derived: tokenizer.ggml.model is missing"
                  ],
                  "status": "missing"
                },
                {
                  "name": "tokenizer.json",
                  "notes": [
                    "the ids of tokenizer.huggingface.json were compared with nothing, tokenizer.ggml.tokens is missing"
                  ],
                  "status": "recorded"
                },
                {
                  "name": "tokenizer_config.json",
                  "notes": [
                    "tokenizer_config.json cannot be derived: tokenizer.ggml.model is missing"
                  ],
                  "status": "missing"
                }
              ]
            }

            """);
        string[] notes = [.. folder.Notes];
        Assert.HasCount(5, notes);
    }
}
