namespace Otedama.Tests.Mining;

/// <summary>Lines a pool sends.</summary>
internal static class StratumScript
{
    /// <summary>Main-net block 881,423 as its pool announced it; found with version bits 0e596000.</summary>
    public const string Block881423 =
        "{\"id\":null,\"method\":\"mining.notify\",\"params\":[\"job1\",\"8a6ac9e3fe15ca70f8995e21434cb64ac4d2b5e10001543b00000000" +
        "00000000\",\"01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff3d030f730d000469c" +
        "19a6704830cee220c\",\"0a41706f6c6c6f192f6d696e65642062792032353620466f756e646174696f6e2fffffffff0275aac012000000" +
        "00160014c64b1b9283ba1ea86bb9e7b696b0c8f68dad04000000000000000000266a24aa21a9edb395560ab72068c2afb1d7e6c7db26b8" +
        "13482089d2c4d2471b9036c5e826140600000000\",[\"4282357ab0a2f4e8e562c8c5eae1d63b559068f9072374b72e26b88ac841908f\"," +
        "\"c2bbae90d06f8025ade3516ca2e42d79318b6e56fccb9609df85a654a8341068\",\"cbb30084acbcb5ce6d5436e853bc612466df0c0070" +
        "2be6f51d47072f1a5d0480\",\"bb092e533f70b79246fc9e4bdc9b81ac8332e56f2651e3b237a150d6d807b081\",\"0d32959988733447cb" +
        "340326a1fe4d3c2cff5d636e32a4e08c3fc5a234f6f6bc\",\"8ba3477940924a90067cff3dd30bc46916cf4c2f73fb6229b8f8197b83b6d" +
        "db9\",\"3fe97cc5dec1cddd66c9d3780888c145c12418590cd983c4871b1bf03fabbf9e\",\"bd1c6a3bcd0ebaa0eca54d9c802540f312c77" +
        "05435601d776b4f59bb52cff67d\",\"8638c10190b8f4f558bafdbb57f46226c349a83f229f431143ae75e425fb5cbd\",\"6d6f4eae41ccc" +
        "b21a7c97ac496d9f89b8a4f772389b76f7691519dda38264221\",\"82dad7a1e2613af0e61f77f03d6208c83e72f917dade4235cc35e37e" +
        "e3ad6e3f\"],\"20000000\",\"17029a8a\",\"679ac169\",true]}";

    /// <summary>A regtest job on a tip named by one hex digit.</summary>
    public static string Notify(string jobId, char tip, bool clean = true, string bits = "207fffff") =>
        $$"""{"id":null,"method":"mining.notify","params":["{{jobId}}","{{new string(tip, 64)}}","01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff0a028403","ffffffff0100f2052a010000000151{{jobId.Length:x2}}000000",[],"20000000","{{bits}}","679ac169",{{(clean ? "true" : "false")}}]}""";
}
