using System.Text.Json.Nodes;

namespace Otedama.Tests.Asic;

/// <summary>An Avalon's API: cgminer with ascset and "MM ID0"; values are synthetic, keys and forms those of the specification.</summary>
internal static class AvalonBench
{
    public const string Module =
        "Ver[1246-83-21042001_4ec6bb0_61407fa] DNA[02010000deadbeef] Elapsed[93246] BOOTBY[0x04.00000000] LW[5400344] MH[0 0 1] HW[1] Temp[31] TMax[83] TAvg[76] TarT[80] "
        + "Fan1[5431] Fan2[5445] FanR[73%] Vo[353] PS[0 1218 1318 245 3213 1319 3400] GHSspd[88000.12] GHSmm[88321.50] GHSavg[88100.25] WU[1230331.1] Freq[537.91] MGHS[29300.1 29400.2 29400.0] "
        + "MTmax[83 82 81] MTavg[76 76 75] SYSTEMSTATU[Work: In Work, Hash Board: 3] ECHU[0 0 16] ECMM[0] CRC[0 0 0] PING[66] SoftOFF[0]";

    public static CgminerServer Start(List<string> set)
    {
        CgminerDevice device = new() { Program = "cgminer 4.11.1" };
        device.Fixed["version"] = """{"STATUS":[{"STATUS":"S","When":1,"Code":22,"Msg":"CGMiner versions","Description":"cgminer 4.11.1"}],"VERSION":[{"CGMiner":"4.11.1","API":"3.7","STM8":"20.08.01","PROD":"AvalonMiner 1246-83","MODEL":"1246-83","HWTYPE":"MM4v2_X3","SWTYPE":"MM319","LVERSION":"21042001_4ec6bb0_61407fa","DNA":"02010000deadbeef","MAC":"b4a2eb31aabb","UPAPI":"2"}],"id":1}""";
        device.Fixed["estats"] = new JsonObject
        {
            ["STATUS"] = new JsonArray(new JsonObject { ["STATUS"] = "S", ["Code"] = 70, ["Msg"] = "CGMiner stats" }),
            ["STATS"] = new JsonArray(new JsonObject { ["STATS"] = 0, ["ID"] = "AVA100", ["MM ID0"] = Module, ["MM Count"] = 1 }),
            ["id"] = 1,
        }.ToJsonString();
        return new CgminerServer(device, request =>
        {
            JsonNode? body = JsonNode.Parse(request);
            if (body?["command"]?.ToString() != "ascset")
            {
                return null;
            }
            string parameter = body["parameter"]!.ToString();
            set.Add(parameter);
            string option = parameter.Split(',')[1];
            (char letter, int code, string message) = option switch
            {
                "softon" or "softoff" => ('I', 118, $"ASC 0 set info: success {option}:"),
                "help" => ('I', 118, "ASC 0 set help: voltage|fan-spd|led|worklevel|reboot|softon|softoff"),
                "led" or "worklevel" or "reboot" => ('S', 119, "ASC 0 set OK"),
                _ => ('E', 120, $"ASC 0 set failed: Unknown option: {option}"),
            };
            return new JsonObject
            {
                ["STATUS"] = new JsonArray(new JsonObject { ["STATUS"] = letter.ToString(), ["When"] = 1, ["Code"] = code, ["Msg"] = message, ["Description"] = "cgminer 4.11.1" }),
                ["id"] = 1,
            }.ToJsonString();
        });
    }
}
