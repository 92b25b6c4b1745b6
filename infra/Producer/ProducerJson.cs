using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Producer;

/// <summary>What a reviewer may say of a decision.</summary>
internal sealed record ReviewNote(string? Note);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReviewNote))]
internal sealed partial class ProducerJson : JsonSerializerContext;
