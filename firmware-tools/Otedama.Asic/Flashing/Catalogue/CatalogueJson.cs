using System.Text.Json;
using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>An unknown word in a signed text is an error: it may be a rule this version does not know.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(FlashCatalogue))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
