// Reads {"policy": {...}, "principal": "...", "context": {...}} as JSON lines and answers each with what
// another evaluator says of it as the trust policy of a role: "Allowed", "ImplicitlyDenied" or
// "ExplicitlyDenied", or {"failed": "..."}. The first argument is the folder that holds node_modules.
//
// Its core is asked, not its public door: that one drops the keys `sub` and `aud` of identity providers,
// which aren't in its table of AWS's condition keys, and so would never see a token.
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const packages = join(resolve(process.argv[2]), "node_modules", "@cloud-copilot");
const load = (...path) => import(pathToFileURL(join(packages, ...path)));
const core = (...path) => load("iam-simulate", "dist", "esm", ...path);

const { authorize } = await core("core_engine", "CoreSimulatorEngine.js");
const { AwsRequestImpl } = await core("request", "request.js");
const { RequestContextImpl } = await core("requestContext.js");
const { DiscoveryContextKeyConstraints } = await core("context_keys", "discoveryContextKeyConstraints.js");
const { loadPolicy } = await load("iam-policy", "dist", "esm", "index.js");

const role = { resource: "arn:aws:iam::123456789012:role/deploy", accountId: "123456789012" };
const action = "sts:AssumeRoleWithWebIdentity";
const parameters = {
  simulationMode: "Strict",
  discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]),
};

function answer({ policy, principal, context }) {
  try {
    return authorize({
      request: new AwsRequestImpl(principal, role, action, new RequestContextImpl(context)),
      resourcePolicy: loadPolicy(policy, { name: "trust" }),
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      permissionBoundaries: undefined,
      vpcEndpointPolicies: undefined,
      sessionPolicy: undefined,
      simulationParameters: parameters,
      serviceSettings: { s3: {} },
    }).result;
  } catch (error) {
    return { failed: String(error.message).slice(0, 200) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}
